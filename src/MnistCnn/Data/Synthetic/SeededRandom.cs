namespace MnistCnn.Data;

/// <summary>A small random generator (SplitMix64) whose numbers are the same on every machine and in every version of .NET.</summary>
/// <remarks>Source: Steele, Lea, Flood, «Fast splittable pseudorandom number generators», OOPSLA 2014; the mixer is Stafford's variant 13.</remarks>
internal struct SeededRandom
{
    private ulong state;

    /// <summary>Different keys, in this order, give unrelated sequences.</summary>
    public SeededRandom(ulong key1, ulong key2, ulong key3 = 0) => state = Mix(Mix(Mix(key1 + Gamma) ^ (key2 + Gamma)) ^ (key3 + Gamma));

    private const ulong Gamma = 0x9E3779B97F4A7C15;

    public ulong NextUInt64() => Mix(state += Gamma);

    /// <summary>0 (included) to 1 (excluded), in steps of 2^-24.</summary>
    public float NextSingle() => (NextUInt64() >> 40) * (1f / (1 << 24));

    public float NextSingle(float from, float to) => from + (to - from) * NextSingle();

    /// <summary>0 to <paramref name="bound"/> − 1, all equally likely (Lemire's method).</summary>
    public int NextInt32(int bound)
    {
        while (true)
        {
            ulong product = (NextUInt64() >> 32) * (uint)bound;
            uint low = (uint)product;
            if (low >= (uint)bound || low >= (0u - (uint)bound) % (uint)bound)
            {
                return (int)(product >> 32);
            }
        }
    }

    public void Shuffle(Span<int> values)
    {
        for (int i = values.Length - 1; i > 0; i--)
        {
            int j = NextInt32(i + 1);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
