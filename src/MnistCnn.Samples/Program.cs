using System.CommandLine;
using System.CommandLine.Help;
using System.Globalization;
using MnistCnn.Samples.CommandLine;
using MnistCnn.Samples.Commands;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.CurrentUICulture = CultureInfo.InvariantCulture;

RootCommand root = new("Trains, measures, exports and serves a small CNN on MNIST-format data. Without a command: train.")
{
    TrainCommand.Create(), EvaluateCommand.Create(), SummaryCommand.Create(), PredictCommand.Create(), ExportCommand.Create(), ServeCommand.Create(),
    DownloadCommand.Create(), HostedCommand.Create(),
};
HelpOption help = root.Options.OfType<HelpOption>().Single();
help.Action = new HelpWithExamples((HelpAction)help.Action!);

ParseResult parsed = root.Parse(args is [] or ["--", ..] || (args[0].StartsWith('-') && args[0] is not ("-h" or "-?" or "--help" or "--version"))
    ? ["train", .. args] : args);
if (parsed.Errors.Count > 0)
{
    foreach (string message in parsed.Errors.Select(e => e.Message).Distinct())
    {
        Console.Error.WriteLine($"error: {message}");
    }

    Console.Error.WriteLine($"'{parsed.CommandResult.Command.Name} --help' lists what there is.");
    return ExitCode.WrongUsage;
}

return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
