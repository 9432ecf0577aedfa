using System.Diagnostics;

namespace MnistCnn.Tests;

/// <summary>The build task that the package brings, run by MSBuild as an application's build runs it.</summary>
public sealed class NativeFixTests : IDisposable
{
    private const string Marker = "_ZSt21ios_base_library_initv";
    private readonly string folder = Directory.CreateTempSubdirectory("native-fix").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task It_sets_one_flag_in_TorchSharps_library_and_leaves_every_other_file_alone_with_a_warning()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The library concerned is Linux's.");
        byte[] original = await File.ReadAllBytesAsync(OriginalLibrary(), TestContext.Current.CancellationToken);
        Write("right.so", original);
        Write("cut.so", original[..100_000]);
        Write("text.so", "no library"u8.ToArray());

        string output = await RunTask([("right.so", Marker), ("cut.so", Marker), ("text.so", Marker), ("right.so", "_other")]);

        byte[] relaxed = Read("out0.so");
        int changed = Enumerable.Range(0, original.Length).Single(i => original[i] != relaxed[i]);
        Assert.Equal((0, 2), (original[changed], relaxed[changed]));
        Assert.Equal(Read("cut.so"), Read("out1.so"));
        Assert.Equal(Read("text.so"), Read("out2.so"));
        Assert.Equal(original, Read("out3.so"));
        Assert.Equal(3, output.Split("warning").Length - 1);
        Assert.Contains("its ELF structures point outside of the file", output, StringComparison.Ordinal);
        Assert.Contains("it is not a 64-bit little-endian ELF file", output, StringComparison.Ordinal);
        Assert.Contains($"the symbol {Marker} needs GLIBCXX_3.4.32", output, StringComparison.Ordinal);
    }

    /// <summary>The library in the package cache, which the build never changes.</summary>
    private static string OriginalLibrary()
    {
        string packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        return Directory.GetFiles(Path.Combine(packages, "torchsharp"), "libLibTorchSharp.so", SearchOption.AllDirectories)
            .Single(path => path.Contains("linux-x64", StringComparison.Ordinal));
    }

    private async Task<string> RunTask((string Source, string Marker)[] cases)
    {
        string task = Path.Combine(RealMnist.RepositoryRoot(), "src", "MnistCnn", "buildTransitive", "RelaxVersionRequirement.cs");
        IEnumerable<string> calls = cases.Select((c, i) =>
            $"""<RelaxVersionRequirement Source="{Path.Combine(folder, c.Source)}" Destination="{Path.Combine(folder, $"out{i}.so")}" """
            + $"""Version="GLIBCXX_3.4.32" Marker="{c.Marker}" />""");
        string project = Path.Combine(folder, "task.proj");
        await File.WriteAllTextAsync(project, $"""
            <Project>
              <UsingTask TaskName="RelaxVersionRequirement" TaskFactory="RoslynCodeTaskFactory"
                AssemblyFile="$(MSBuildToolsPath)/Microsoft.Build.Tasks.Core.dll">
                <ParameterGroup />
                <Task><Code Type="Class" Language="cs" Source="{task}" /></Task>
              </UsingTask>
              <Target Name="Run">{string.Concat(calls)}</Target>
            </Project>
            """);
        (int exitCode, string output, _) = ChildProcess.Run(new ProcessStartInfo("dotnet", ["msbuild", project, "-t:Run", "-nologo"]));
        Assert.True(exitCode == 0, output);
        return output;
    }

    private void Write(string name, byte[] content) => File.WriteAllBytes(Path.Combine(folder, name), content);

    private byte[] Read(string name) => File.ReadAllBytes(Path.Combine(folder, name));
}
