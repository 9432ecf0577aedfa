using System.Numerics;

namespace MnistCnn.Kernels;

/// <summary>Zeros at random: which they are follows from a key and a number's place alone.</summary>
internal static unsafe class DropoutMask
{
    private static readonly int Width = Vector<float>.Count;
    private static readonly Vector<uint> Places = new([.. Enumerable.Range(0, Vector<uint>.Count).Select(i => (uint)i)]);

    /// <summary>
    /// Multiplies each number by zero or by the scale, as a hash of the key and its place says. Source of the hash: «lowbias32», Wellons, 2018.
    /// </summary>
    /// <param name="source">Numbers.</param>
    /// <param name="destination">Receives the products.</param>
    /// <param name="length">How many.</param>
    /// <param name="key">The key.</param>
    /// <param name="firstPlace">The place of the first number.</param>
    /// <param name="threshold">A hash below it means zero.</param>
    /// <param name="scale">What the others are multiplied by.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* source, float* destination, int length, uint key, uint firstPlace, uint threshold, float scale)
    {
        int i = 0;
        for (; i <= length - Width; i += Width)
        {
            Vector<uint> hash = Hash((Places + new Vector<uint>(firstPlace + (uint)i)) * 0x9E3779B9 + new Vector<uint>(key));
            Vector<float> factor = Vector.ConditionalSelect(Vector.AsVectorSingle(Vector.LessThan(hash, new Vector<uint>(threshold))), Vector<float>.Zero,
                new Vector<float>(scale));
            (Vector.Load(source + i) * factor).Store(destination + i);
        }

        for (; i < length; i++)
        {
            destination[i] = source[i] * (IsDropped(key, firstPlace + (uint)i, threshold) ? 0 : scale);
        }
    }

    /// <summary>Whether <see cref="Run"/> makes the number at a place zero.</summary>
    public static bool IsDropped(uint key, uint place, uint threshold) => Hash(unchecked(place * 0x9E3779B9 + key)) < threshold;

    /// <summary>One number of 32 bits from two.</summary>
    public static uint Combine(uint key, uint value) => Hash(unchecked(key * 0x9E3779B9 + value + 1));

    private static uint Hash(uint x)
    {
        unchecked
        {
            x = (x ^ (x >> 16)) * 0x7FEB352D;
            x = (x ^ (x >> 15)) * 0x846CA68B;
            return x ^ (x >> 16);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<uint> Hash(Vector<uint> x)
    {
        x = (x ^ Vector.ShiftRightLogical(x, 16)) * new Vector<uint>(0x7FEB352D);
        x = (x ^ Vector.ShiftRightLogical(x, 15)) * new Vector<uint>(0x846CA68B);
        return x ^ Vector.ShiftRightLogical(x, 16);
    }
}
