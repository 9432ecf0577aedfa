using System.CommandLine;
using MnistCnn.Data;
using MnistCnn.Samples.CommandLine;
using MnistCnn.Samples.Results;
using static MnistCnn.Samples.CommandLine.OptionFactory;

namespace MnistCnn.Samples.Commands;

/// <summary><c>download</c>: puts the files of a data set into a folder.</summary>
internal static class DownloadCommand
{
    private static readonly Option<string> Variant = Choice("--variant", "Which data set.", "mnist", "fashion", "kmnist");
    private static readonly Option<string?> Data = Text("--data", "Where to; the cache folder by default.", "DIR");

    public static Command Create() => new ExampleCommand(
            "download", "Download and verify the files of a data set. Files that are there are left alone.", "download", "download --variant fashion --data fashion")
        .With(Variant, Data)
        .Running(RunAsync);

    private static async Task<int> RunAsync(ParseResult parsed, Interruption interruption)
    {
        string variant = parsed.GetValue(Variant)!;
        Console.WriteLine(await FoundData.DownloadAsync(variant, parsed.GetValue(Data), new MnistDownloaderOptions(), interruption.Token));
        return ExitCode.Success;
    }
}
