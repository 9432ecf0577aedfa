using System.Globalization;
using BenchmarkDotNet.Running;
using MnistCnn.Benchmarks.Comparison;
using MnistCnn.Benchmarks.Training;
using MnistCnn.Benchmarks.Workers;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
switch (args)
{
    case ["compare", .. var rest]:
        return CompareCommand.Run(rest);
    case ["measure", var what, .. var rest]:
        return Worker.Run(what, rest);
    case ["learning", .. var rest]:
        return LearningCommand.Run(rest);
    case ["overhead", .. var rest]:
        return OverheadCommand.Run(rest);
    case ["leak", .. var rest]:
        return LeakCommand.Run(rest);
    default:
        BenchmarkSwitcher.FromAssembly(typeof(Worker).Assembly).Run(args);
        return 0;
}
