using System.CommandLine;
using MnistCnn.Samples.CommandLine;
using MnistCnn.Samples.Results;
using static MnistCnn.Samples.CommandLine.OptionFactory;

namespace MnistCnn.Samples.Commands;

/// <summary><c>download</c>: puts the files of a data set into a folder.</summary>
internal static class DownloadCommand
{
    private static readonly Option<string> Variant = DataSet("--variant", more: null);
    private static readonly Option<bool> List = Flag("--list", "Show the data sets that there are, and download nothing.");
    private static readonly Option<string?> Data = Text("--data", "Where to; the cache folder by default.", "DIR");

    public static Command Create() => new ExampleCommand(
            "download", "Download and verify the files of a data set. Files that are there are left alone.", "download", "download --list",
            "download --variant fashion --data fashion")
        .With(Variant, Data, List)
        .Running(RunAsync);

    private static async Task<int> RunAsync(ParseResult parsed, Interruption interruption)
    {
        if (parsed.GetValue(List))
        {
            Console.Write(DataSetList.Text());
            return ExitCode.Success;
        }

        string variant = parsed.GetValue(Variant)!;
        Console.WriteLine(await FoundData.DownloadAsync(variant, parsed.GetValue(Data), new MnistDownloaderOptions { TryTimeout = TimeSpan.FromHours(1) },
            interruption.Token));
        return ExitCode.Success;
    }
}
