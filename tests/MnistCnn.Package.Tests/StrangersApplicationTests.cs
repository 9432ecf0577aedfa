using System.Runtime.InteropServices;
using SkiaSharp;

namespace MnistCnn.Package.Tests;

public sealed class StrangersApplicationTests(PackedLibrary library)
{
    private const string Member = "MnistCnn.MnistDataset.Take(int count) -> MnistCnn.MnistDataset!";
    private const string Natives = "SkiaSharp.NativeAssets.Linux.NoDependencies";
    private const string Libtorch = "libtorch-cpu-linux-x64";

    [Fact]
    public void A_strangers_application_trains_saves_predicts_and_publishes()
    {
        string folder = library.CreateApplication("trains", "Trains.cs", "MnistCnn", Libtorch);
        CommandRunner.RunOrFail(folder, "dotnet", "build", "-c", "Release", "-v:q", "-nologo");
        AssertTrained(CommandRunner.RunOrFail(folder, "dotnet", Path.Combine("bin", "Release", "net10.0", "trains.dll")));

        CommandRunner.RunOrFail(folder, "dotnet", "publish", "-c", "Release", "--no-build", "-o", "portable", "-v:q", "-nologo");
        AssertTrained(CommandRunner.RunOrFail(folder, "dotnet", Path.Combine("portable", "trains.dll")));

        CommandRunner.RunOrFail(folder, "dotnet", "publish", "-c", "Release", "-r", "linux-x64", "--no-self-contained", "-o", "specific", "-v:q", "-nologo");
        AssertTrained(CommandRunner.RunOrFail(folder, Path.Combine(folder, "specific", "trains")));
    }

    [Fact]
    public void A_strangers_application_trains_on_a_folder_of_PNG_and_predicts_a_JPEG_in_under_15_lines()
    {
        string folder = library.CreateApplication("pictures", "TrainsOnPictures.cs", "MnistCnn.Imaging", Libtorch, Natives);
        for (int i = 0; i < 40; i++)
        {
            WriteBar(Path.Combine(folder, "pictures", i % 2 == 0 ? "lying" : "upright", $"{i}.png"), 30 + i, upright: i % 2 == 1, SKEncodedImageFormat.Png);
        }

        WriteBar(Path.Combine(folder, "photograph.jpg"), 90, upright: true, SKEncodedImageFormat.Jpeg);
        Assert.InRange(File.ReadAllLines(Path.Combine(folder, "Program.cs")).Length, 1, 14);
        CommandRunner.RunOrFail(folder, "dotnet", "build", "-c", "Release", "-v:q", "-nologo");
        string output = CommandRunner.RunOrFail(folder, "dotnet", Path.Combine("bin", "Release", "net10.0", "pictures.dll"));
        Assert.Contains("stop=Completed pictures=40 class=upright", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_strangers_application_trains_on_ranks_and_its_build_says_what_it_changes_until_that_is_turned_off()
    {
        string folder = library.CreateApplication("ranks", "TrainsOnRanks.cs", "MnistCnn.Mpi", Libtorch);
        string output = Path.Combine(folder, "bin", "Release", "net10.0");
        string native = Path.Combine(output, "runtimes", "linux-x64", "native", "libLibTorchSharp.so");

        string off = CommandRunner.RunOrFail(folder, "dotnet", "build", "-c", "Release", "-nologo", "-p:MnistCnnRelaxLibstdcxx=false");
        byte[] original = File.ReadAllBytes(native);
        string on = CommandRunner.RunOrFail(folder, "dotnet", "build", "-c", "Release", "-nologo");
        byte[] changed = File.ReadAllBytes(native);

        Assert.DoesNotContain("MnistCnn changes one bit", off, StringComparison.Ordinal);
        Assert.Contains("MnistCnn changes one bit", on, StringComparison.Ordinal);
        Assert.Contains("<MnistCnnRelaxLibstdcxx>false</MnistCnnRelaxLibstdcxx>", on, StringComparison.Ordinal);
        Assert.Equal(original.Length, changed.Length);
        Assert.Equal(1, original.Zip(changed, (before, after) => int.PopCount(before ^ after)).Sum());
        Assert.SkipUnless(NativeLibrary.TryLoad("libmpi.so.40", out _) || NativeLibrary.TryLoad("libmpich.so.12", out _), "MPI is not installed.");
        string printed = CommandRunner.RunOrFail(folder, "dotnet", Path.Combine(output, "ranks.dll"));
        Assert.Contains("rank=0 of=1 stop=Completed", printed, StringComparison.Ordinal);
    }

    [Fact]
    public void An_application_without_libtorch_is_told_which_packages_to_choose_from()
    {
        string folder = library.CreateApplication("nolibtorch", "HasNoLibtorch.cs", "MnistCnn");
        string output = CommandRunner.RunOrFail(folder, "dotnet", "run", "-c", "Release", "-v:q");
        Assert.Contains("TorchSharp-cpu", output, StringComparison.Ordinal);
        Assert.Contains("libtorch-cpu-linux-x64", output, StringComparison.Ordinal);
        Assert.Contains("TorchSharp-cuda", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Removing_a_public_member_fails_the_build()
    {
        SourceCopy copy = library.NewSourceCopy("breaking");
        string sources = Path.GetDirectoryName(copy.Project)!;
        string recorded = File.ReadAllText(Path.Combine(sources, "PublicAPI.Shipped.txt")) + File.ReadAllText(Path.Combine(sources, "PublicAPI.Unshipped.txt"));
        if (!recorded.Contains(Member, StringComparison.Ordinal))
        {
            File.AppendAllText(Path.Combine(sources, "PublicAPI.Unshipped.txt"),
                $"{(recorded.Contains("#nullable", StringComparison.Ordinal) ? "" : "#nullable enable\n")}{Member}\n");
        }

        string file = Path.Combine(sources, "Data", "MnistDataset.cs");
        string source = File.ReadAllText(file);
        Assert.Contains("public MnistDataset Take(", source, StringComparison.Ordinal);
        File.WriteAllText(file, source.Replace("public MnistDataset Take(", "internal MnistDataset Take(", StringComparison.Ordinal));
        (int exitCode, string output) = CommandRunner.Run(
            copy.Folder, "dotnet", "build", copy.Project, "-c", "Release", "-v:q", "-nologo", "-p:EnableNETAnalyzers=false",
            "-p:EnforceCodeStyleInBuild=false");
        Assert.NotEqual(0, exitCode);
        Assert.Contains("RS0017", output, StringComparison.Ordinal);
    }

    /// <summary>A dark bar on light paper.</summary>
    private static void WriteBar(string path, int side, bool upright, SKEncodedImageFormat format)
    {
        using SKBitmap bitmap = new(new SKImageInfo(side, side, SKColorType.Gray8, SKAlphaType.Opaque));
        using SKCanvas canvas = new(bitmap);
        canvas.Clear(SKColors.White);
        using SKPaint paint = new() { Color = SKColors.Black };
        (float length, float thickness) = (side * 0.7f, side * 0.15f);
        canvas.DrawRect(side * 0.2f, side * 0.15f, upright ? thickness : length, upright ? length : thickness, paint);
        canvas.Flush();
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bitmap.Encode(format, 90).ToArray());
    }

    private static void AssertTrained(string output)
    {
        Assert.Contains("stop=RequestedByCallback steps=50 loss_fell=True accuracy_above_chance=True", output, StringComparison.Ordinal);
    }
}
