using System.Diagnostics;
using MnistCnn.Networks;
using MnistCnn.Serialization;

namespace MnistCnn.Tests.Serialization;

public sealed class KilledWriterTests
{
    private const int Kills = 100;
    private const int AtOnce = 4;

    [Fact]
    public async Task Whenever_a_saving_process_is_killed_the_file_holds_one_model_whole()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "kill -9");
        using TemporaryFolder folder = new();
        await Task.WhenAll(Enumerable.Range(0, AtOnce)
            .Select(worker => Task.Run(() => KillRepeatedlyAsync(Directory.CreateDirectory(folder[$"{worker}"]).FullName, worker))));
    }

    private static async Task KillRepeatedlyAsync(string folder, int seed)
    {
        string target = Path.Combine(folder, SaveLoop.Target);
        string[] sources = [Path.Combine(folder, "one"), Path.Combine(folder, "two")];
        foreach (string source in sources)
        {
            using CnnClassifier model = new();
            model.Save(source);
        }

        byte[][] contents = [.. sources.Select(File.ReadAllBytes)];
        Random random = new(seed);
        for (int i = 0; i < Kills / AtOnce; i++)
        {
            using Process process = SaveLoop.Start(folder);
            Assert.Equal("saving", await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
            await Task.Delay(TimeSpan.FromMilliseconds(random.NextDouble() * 15), TestContext.Current.CancellationToken);
            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(128 + 9, process.ExitCode);
            ModelDescription.Load(target);
            Assert.Contains(contents, content => content.AsSpan().SequenceEqual(File.ReadAllBytes(target)));
        }

        foreach (string temporary in Directory.EnumerateFiles(folder, ".*.tmp"))
        {
            File.SetLastWriteTimeUtc(temporary, DateTime.UtcNow - AtomicFile.StaleAfter - AtomicFile.StaleAfter);
        }

        SafetensorsFile.Load(sources[0]).Save(target);
        Assert.Equal(3, Directory.EnumerateFiles(folder).Count());
    }
}
