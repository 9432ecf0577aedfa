using System.Globalization;
using BenchmarkDotNet.Running;
using MnistCnn.Benchmarks;
using MnistCnn.Benchmarks.Comparison;
using MnistCnn.Benchmarks.Training;
using MnistCnn.Benchmarks.Workers;

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
    case ["mutants", .. var rest]:
        return MutantRun.Run(rest is [var count] ? int.Parse(count, CultureInfo.InvariantCulture) : 100_000);
    default:
        BenchmarkSwitcher.FromAssembly(typeof(Worker).Assembly).Run(args);
        return 0;
}
