using System.IO.Compression;
using System.Xml.Linq;
using SkiaSharp;

namespace MnistCnn.Package.Tests;

public sealed class PackageTests(PackedLibrary library) : IClassFixture<PackedLibrary>
{
    private const string Member = "MnistCnn.Data.MnistDataset.Take(int count) -> MnistCnn.Data.MnistDataset!";

    [Fact]
    public void Packing_twice_in_different_folders_gives_the_same_bytes()
    {
        foreach (string extension in (string[])["nupkg", "snupkg"])
        {
            Assert.Equal(File.ReadAllBytes(library.PackageFile("first", extension)), File.ReadAllBytes(library.PackageFile("second", extension)));
        }
    }

    [Theory]
    [InlineData("MnistCnn")]
    [InlineData("MnistCnn.Imaging")]
    [InlineData("MnistCnn.Mpi")]
    public void Each_package_says_what_a_reader_of_its_page_expects(string name)
    {
        using ZipArchive package = ZipFile.OpenRead(library.PackageFile("first", "nupkg", name));
        XElement metadata = Nuspec(package);
        Assert.Equal(name, Value(metadata, "id"));
        Assert.Equal("MIT", Value(metadata, "license"));
        Assert.Equal("icon.png", Value(metadata, "icon"));
        Assert.Equal("README.md", Value(metadata, "readme"));
        Assert.Contains("mnist", Value(metadata, "tags"), StringComparison.Ordinal);
        Assert.Contains("MnistCnn contributors", Value(metadata, "authors"), StringComparison.Ordinal);
        XElement repository = metadata.Elements().Single(e => e.Name.LocalName == "repository");
        Assert.Equal("git", repository.Attribute("type")?.Value);
        Assert.Matches("^[0-9a-f]{40}$", repository.Attribute("commit")?.Value);
    }

    [Theory]
    [InlineData("MnistCnn", "buildTransitive/MnistCnn.targets", "buildTransitive/RelaxVersionRequirement.cs")]
    [InlineData("MnistCnn.Imaging")]
    [InlineData("MnistCnn.Mpi")]
    public void Each_package_holds_its_assembly_its_documentation_and_what_is_listed_here_and_nothing_else(string name, params string[] more)
    {
        using ZipArchive package = ZipFile.OpenRead(library.PackageFile("first", "nupkg", name));
        IEnumerable<string> own = package.Entries.Select(e => e.FullName).Where(file => !file.StartsWith("package/services/", StringComparison.Ordinal));
        string[] expected =
            [$"{name}.nuspec", "[Content_Types].xml", "_rels/.rels", "README.md", "icon.png", $"lib/net8.0/{name}.dll", $"lib/net8.0/{name}.xml", .. more];
        Assert.Equal(expected.Order(StringComparer.Ordinal), own.Order(StringComparer.Ordinal));
        using ZipArchive symbols = ZipFile.OpenRead(library.PackageFile("first", "snupkg", name));
        Assert.Equal([$"lib/net8.0/{name}.pdb"], symbols.Entries.Select(e => e.FullName).Where(file => file.StartsWith("lib/", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_package_asks_for_three_packages_and_no_others()
    {
        using ZipArchive package = ZipFile.OpenRead(library.PackageFile("first", "nupkg"));
        IEnumerable<string?> dependencies = Nuspec(package).Descendants().Where(e => e.Name.LocalName == "dependency").Select(e => e.Attribute("id")?.Value);
        Assert.Equal(["Microsoft.Extensions.Logging.Abstractions", "SharpZipLib", "TorchSharp"], dependencies.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_symbols_name_their_sources_and_no_folder_of_this_machine()
    {
        using ZipArchive symbols = ZipFile.OpenRead(library.PackageFile("first", "snupkg"));
        using Stream file = symbols.GetEntry("lib/net8.0/MnistCnn.pdb")!.Open();
        using MemoryStream content = new();
        file.CopyTo(content);
        string text = System.Text.Encoding.Latin1.GetString(content.ToArray());
        Assert.Contains("https://raw.githubusercontent.com/mnistcnn/mnistcnn/", text, StringComparison.Ordinal);
        Assert.DoesNotContain(Path.GetTempPath(), text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_strangers_application_trains_saves_predicts_and_publishes()
    {
        string folder = library.CreateApplication("trains", withLibtorch: true, "Trains.cs");
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
        string folder = library.CreateApplication("pictures", withLibtorch: true, "TrainsOnPictures.cs", withImaging: true);
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
    public void An_application_without_libtorch_is_told_which_packages_to_choose_from()
    {
        string folder = library.CreateApplication("nolibtorch", withLibtorch: false, "HasNoLibtorch.cs");
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
        (int exitCode, string output) = CommandRunner.Run(copy.Folder, "dotnet", "build", copy.Project, "-c", "Release", "-v:q", "-nologo");
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

    private static XElement Nuspec(ZipArchive package)
    {
        using Stream file = package.Entries.Single(e => e.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        return XDocument.Load(file).Root!.Elements().Single(e => e.Name.LocalName == "metadata");
    }

    private static string Value(XElement metadata, string name) => metadata.Elements().Single(e => e.Name.LocalName == name).Value;
}
