using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace MnistCnn.Benchmarks;

/// <summary>A short job without a process of its own: the projects that BenchmarkDotNet would generate find neither the native libraries nor what is internal.</summary>
public sealed class InProcess : ManualConfig
{
    /// <summary>The one job.</summary>
    public InProcess() => AddJob(Job.ShortRun.WithToolchain(new InProcessEmitToolchain(new())));
}
