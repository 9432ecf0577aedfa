namespace MnistCnn.Training;

/// <summary>
/// The seed of what a model draws while it trains on a batch: a function of seed, epoch and place alone, so that no generator's state has to be kept.
/// </summary>
internal static class RunSeed
{
    public static long Of(int seed, int epoch, int batch) => (long)(Mix(Mix(Mix((uint)seed) + (uint)epoch) + (uint)batch) >> 1);

    /// <summary>SplitMix64 (Steele, Lea and Flood, 2014).</summary>
    private static ulong Mix(ulong x)
    {
        x += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
