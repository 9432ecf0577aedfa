namespace MnistCnn.Tests;

/// <summary>
/// Tests that measure the process's memory, or that must not share libtorch's global generator: they run after the others, one class at a time.
/// </summary>
[CollectionDefinition(nameof(AloneInTheProcess), DisableParallelization = true)]
public sealed class AloneInTheProcess;
