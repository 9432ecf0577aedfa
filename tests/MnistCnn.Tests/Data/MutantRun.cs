namespace MnistCnn.Tests.Data;

/// <summary>Loads many damaged copies of a file, on all cores.</summary>
internal static class MutantRun
{
    /// <summary>Mutants that one task makes from a seed of its own.</summary>
    private const int Block = 1000;

    /// <summary>What a load of one mutant may allocate: a small multiple of a file of a few hundred bytes and of the buffers that unpack it.</summary>
    private const long MostBytes = 2 << 20;

    /// <summary>Calls <paramref name="load"/>, which says whether it loaded the mutant, and expects both outcomes and little memory.</summary>
    public static void Of(byte[] valid, int headerLength, int count, Func<byte[], bool> load)
    {
        (int loaded, long most, int ofMost) = (0, 0, 0);
        object gate = new();
        int blocks = (count + Block - 1) / Block;
        Parallel.For(0, blocks, block =>
        {
            Random random = new(block);
            for (int i = 0; i < Block; i++)
            {
                byte[] mutant = Mutants.Of(valid, random, headerLength);
                long before = GC.GetAllocatedBytesForCurrentThread();
                bool isLoaded = load(mutant);
                long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
                lock (gate)
                {
                    loaded += isLoaded ? 1 : 0;
                    (most, ofMost) = bytes > most ? (bytes, block * Block + i) : (most, ofMost);
                }
            }
        });
        TestContext.Current.TestOutputHelper?.WriteLine($"{blocks * Block} mutants, {loaded} loaded, at most {most >> 10} KiB allocated for one");
        Assert.InRange(loaded, 1, blocks * Block - 1);
        Assert.True(most <= MostBytes, $"Mutant {ofMost}: expected at most {MostBytes} bytes, found {most}.");
    }
}
