using System.Diagnostics;
using System.Text.RegularExpressions;

namespace MnistCnn.Samples.Tests;

/// <summary>Runs the commands of pages in the order of the page, on files with the names that it gives, but small ones and for one epoch.</summary>
public sealed partial class PageCommandRunTests(TrainedModel trained)
{
    private const string Command = "dotnet run -c Release --project src/MnistCnn.Samples -- ", Archive = "mnist.npz";

    public static TheoryData<string> Pages =>
    [
        .. MarkdownPage.Files(Sample.RepositoryRoot).Where(file => Commands(file).Any()).Select(file => Path.GetRelativePath(Sample.RepositoryRoot, file)),
    ];

    [Fact]
    public void The_commands_of_several_pages_run() => Assert.InRange(Pages.Count, 5, int.MaxValue);

    [Theory]
    [MemberData(nameof(Pages))]
    public void The_commands_of_a_page_run_one_after_another(string page)
    {
        using TemporaryFolder folder = new();
        Prepare(folder);
        Dictionary<string, string> environment = new() { ["MNISTCNN_CACHE"] = folder["cache"] };
        foreach (string[] arguments in Commands(Path.Combine(Sample.RepositoryRoot, page)).Select(line => line.Split(' ')))
        {
            using Process process = Sample.Start(folder.Root, environment, [.. arguments, .. Smaller(arguments)]);
            if (arguments[0] == "serve")
            {
                Assert.Contains("http://127.0.0.1:", process.StandardOutput.ReadLine(), StringComparison.Ordinal);
                Sample.Interrupt(process);
            }

            SampleResult result = Sample.Finish(process);
            Assert.True(result.ExitCode == 0, $"{string.Join(' ', arguments)}: {result.ExitCode}\n{result.Output}\n{result.Error}");
        }
    }

    /// <summary>Further options with which a command ends soon, and without a network.</summary>
    private static string[] Smaller(string[] arguments) => arguments[0] switch
    {
        "train" when arguments.Contains("--fine-tune") => ["--epochs", "1", "--replay", Archive],
        "train" => ["--epochs", "1", .. WithData(arguments)],
        "evaluate" => WithData(arguments),
        "serve" => ["--urls", "http://127.0.0.1:0"],
        _ => [],
    };

    private static string[] WithData(string[] arguments) => arguments.Contains("--data") ? [] : ["--data", Archive];

    private static IEnumerable<string> Commands(string page) => new MarkdownPage(page).Blocks("sh").SelectMany(block => block.Split('\n'))
        .Where(line => line.StartsWith(Command, StringComparison.Ordinal)).Select(line => Comment().Replace(line[Command.Length..], ""));

    private void Prepare(TemporaryFolder folder)
    {
        NoiseArchive.Write(folder[Archive], 2_500, 28, 28);
        byte[] picture = Convert.FromBase64String(OnePicture.Base64);
        for (int i = 0; i < 40; i++)
        {
            WriteAll(folder[$"FOLDER-OF-CLASS-FOLDERS/{i % 10}/{i}.png"], picture);
            WriteAll(folder[$"corrections/1/{i}.png"], picture);
        }

        foreach (string file in (string[])["scan.png", "seven.png", "eight.jpg"])
        {
            WriteAll(folder[file], picture);
        }

        foreach (string model in (string[])["model.safetensors", "runs/mnist/model.safetensors"])
        {
            WriteAll(folder[model], File.ReadAllBytes(trained.Model));
        }
    }

    private static void WriteAll(string path, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
    }

    [GeneratedRegex(@"\s+#.*$")]
    private static partial Regex Comment();
}
