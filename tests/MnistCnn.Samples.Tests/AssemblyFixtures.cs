using MnistCnn.Samples.Tests;

[assembly: AssemblyFixture(typeof(TrainedModel))]
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
