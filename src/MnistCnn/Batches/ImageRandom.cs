using MnistCnn.Data;

namespace MnistCnn.Batches;

/// <summary>Random numbers that depend on seed, epoch and image alone, so that batches do not depend on the number of threads.</summary>
public struct ImageRandom
{
    private SeededRandom random;

    internal ImageRandom(int seed, int epoch, int index) => random = new SeededRandom(0xA46E_0000_0000_0000 | (uint)seed, (uint)epoch, (uint)index);

    /// <summary>A number from <paramref name="from"/> to <paramref name="to"/> (excluded), all equally likely.</summary>
    /// <param name="from">The smallest number.</param>
    /// <param name="to">The end of the range.</param>
    public float NextSingle(float from, float to) => random.NextSingle(from, to);

    /// <summary>64 random bits.</summary>
    internal ulong NextUInt64() => random.NextUInt64();

    /// <summary>True with some probability, 0 to 1.</summary>
    internal bool NextBoolean(float probability) => random.NextSingle(0, 1) < probability;

    /// <summary>A whole number from 0 to <paramref name="bound"/> − 1, all equally likely.</summary>
    /// <param name="bound">At least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bound"/> is below 1.</exception>
    public int NextInt32(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        return random.NextInt32(bound);
    }
}
