using System.Globalization;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
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
    case ["choose", .. var rest]:
        return ChooseCommand.Run(rest);
    case ["realworld", .. var rest]:
        return RealWorldCommand.Run(rest);
    case ["transforms", .. var rest]:
        return TransformCostCommand.Run(rest);
    case ["numbers", .. var rest]:
        return NumbersCommand.Run(rest);
    case ["overhead", .. var rest]:
        return OverheadCommand.Run(rest);
    case ["leak", .. var rest]:
        return LeakCommand.Run(rest);
    case ["mutants", .. var rest]:
        return MutantRun.Run(rest is [var count] ? int.Parse(count, CultureInfo.InvariantCulture) : 100_000);
    default:
        // Short jobs without a process of their own: the projects that BenchmarkDotNet would generate find neither the native libraries nor what is internal.
        BenchmarkSwitcher.FromAssembly(typeof(Worker).Assembly)
            .Run(args, DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(new InProcessEmitToolchain(new()))));
        return 0;
}
