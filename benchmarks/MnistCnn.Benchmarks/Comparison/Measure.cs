namespace MnistCnn.Benchmarks.Comparison;

/// <summary>What is taken from a run of a program.</summary>
internal enum Measure
{
    /// <summary>The seconds that it reports.</summary>
    ReportedSeconds,

    /// <summary>The seconds from its start to its end.</summary>
    WholeProcess,

    /// <summary>The most memory that it held at a time, in MiB.</summary>
    PeakMemory,
}
