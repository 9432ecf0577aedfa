using MnistCnn.Engine;
using MnistCnn.Kernels;

namespace MnistCnn.Tests.Engine;

public sealed class EngineWarmupTests
{
    [Fact]
    public void Several_threads_may_ask_for_it_at_once()
    {
        bool[] compiled = new bool[4];
        Thread[] callers = [.. Enumerable.Range(0, compiled.Length).Select(t => new Thread(() => compiled[t] = EngineWarmup.Run()))];
        Array.ForEach(callers, caller => caller.Start());
        Array.ForEach(callers, caller => caller.Join());

        Assert.All(compiled, done => Assert.Equal(SimdKernels.IsAccelerated, done));
    }
}
