using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using MnistCnn.Serialization;

namespace MnistCnn.Aot.Tests;

public sealed class NativeAotTests : IDisposable
{
    private const int Images = 40;
    private const long LargestExecutable = 4 << 20;
    private readonly string folder = Directory.CreateTempSubdirectory("mnistcnn-aot-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_program_that_only_predicts_is_one_small_file_compiled_without_warnings_and_predicts_as_here()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The linker is looked for as on Linux.");
        string? compiler = new[] { "clang", "gcc" }.FirstOrDefault(CanLink);
        Assert.SkipUnless(compiler is not null, "Neither clang nor gcc links with zlib here: Debian's packages are gcc and zlib1g-dev.");
        string published = Path.Combine(folder, "published"), model = Path.Combine(folder, "model.safetensors"), images = Path.Combine(folder, "images");
        WriteModel(model);
        byte[] pixels = new byte[Images * 784];
        new Random(2).NextBytes(pixels);
        await File.WriteAllBytesAsync(images, pixels, TestContext.Current.CancellationToken);

        (int exitCode, string log) = Run(
            "dotnet", "publish", Application(), "-c", "Release", "-o", published, "-nologo", $"-p:CppCompilerAndLinker={compiler}",
                $"-p:ArtifactsPath={Path.Combine(folder, "build")}");
        Assert.True(exitCode == 0, log);
        Assert.DoesNotContain("warning", log, StringComparison.OrdinalIgnoreCase);
        string executable = Path.Combine(published, "MnistCnn.Aot.Application");
        Assert.InRange(new FileInfo(executable).Length, 1, LargestExecutable);
        Assert.DoesNotContain(Directory.GetFiles(published), file => file.EndsWith(".so", StringComparison.Ordinal)
            || file.EndsWith(".dll", StringComparison.Ordinal));

        (exitCode, string output) = Run(executable, model, images);
        Assert.True(exitCode == 0, output);
        TestContext.Current.SendDiagnosticMessage($"{new FileInfo(executable).Length} bytes\n{output[output.IndexOf("first", StringComparison.Ordinal)..]}");
        string[] lines = output.TrimEnd().Split('\n');
        CnnPredictor predictor = CnnPredictor.Load(model);
        float[] expected = new float[Images * 10], found = [.. lines.Take(Images).SelectMany(line => line.Split(' '))
            .Select(p => float.Parse(p, CultureInfo.InvariantCulture))];
        predictor.Predict(pixels, expected);
        Assert.Equal(expected.Length, found.Length);
        Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
        Prediction first = predictor.Predict(pixels.AsSpan(0, 784));
        Assert.StartsWith($"first {first.ClassIndex} ", lines[Images], StringComparison.Ordinal);
        Assert.Equal("torch 0", lines[^1]);
    }

    private static (int ExitCode, string Output) Run(string program, params string[] arguments)
    {
        (int exitCode, string output, string error) = ChildProcess.Run(new ProcessStartInfo(program, arguments));
        return (exitCode, output + error);
    }

    private static string Application([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", "MnistCnn.Aot.Application", "MnistCnn.Aot.Application.csproj"));

    private static bool CanLink(string compiler) => ChildProcess.Succeeds(compiler, "-shared", "-x", "c", "/dev/null", "-lz", "-o", "/dev/null");

    /// <summary>The weights of the network, as PyTorch would write them: without a description.</summary>
    private static void WriteModel(string path)
    {
        Random random = new(1);
        (string Name, long[] Shape)[] shapes =
        [
            ("conv1.weight", [16, 1, 3, 3]), ("conv1.bias", [16]), ("conv2.weight", [32, 16, 3, 3]), ("conv2.bias", [32]), ("conv3.weight", [64, 32, 3, 3]),
                ("conv3.bias", [64]),
            ("fc1.weight", [256, 1024]), ("fc1.bias", [256]), ("fc2.weight", [64, 256]), ("fc2.bias", [64]), ("fc3.weight", [10, 64]), ("fc3.bias", [10]),
        ];
        new SafetensorsFile(shapes.ToDictionary(weight => weight.Name, weight =>
        {
            long length = weight.Shape.Aggregate(1L, (product, side) => product * side);
            float[] values = [.. Enumerable.Range(0, (int)length)
                .Select(_ => (random.NextSingle() * 2 - 1) * 2.4f / MathF.Sqrt((float)length / weight.Shape[0]))];
            return SafetensorsTensor.Create<float>(values, weight.Shape);
        })).Save(path);
    }
}
