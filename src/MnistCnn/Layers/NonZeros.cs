using System.Numerics;
using System.Runtime.Intrinsics;
using MnistCnn.Kernels;

namespace MnistCnn.Layers;

/// <summary>Which floats of a matrix are not zero, as words of 64 bits: see <see cref="SparseOperands"/>. NaN is not zero.</summary>
internal static unsafe class NonZeros
{
    public const int Word = 64;

    public static int WordsOf(int columns) => (columns + Word - 1) / Word;

    /// <summary>Finds them.</summary>
    /// <param name="source">The matrix.</param>
    /// <param name="stride">Floats from row to row.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="used">The result, [word, row].</param>
    /// <param name="usedStride">From word to word of a row.</param>
    /// <returns>How many there are.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Find(float* source, nint stride, int rows, int columns, ulong* used, nint usedStride)
    {
        int found = 0;
        for (int r = 0; r < rows; r++, source += stride)
        {
            for (int first = 0; first < columns; first += Word)
            {
                int c = first, end = Math.Min(first + Word, columns);
                ulong word = 0;
                for (; c <= end - 16; c += 16)
                {
                    word |= (~Vector512.Equals(Vector512.Load(source + c), Vector512<float>.Zero).ExtractMostSignificantBits() & 0xFFFF) << (c - first);
                }

                for (; c < end; c++)
                {
                    word |= (source[c] != 0 ? 1UL : 0) << (c - first);
                }

                used[(first / Word * usedStride) + r] = word;
                found += BitOperations.PopCount(word);
            }
        }

        return found;
    }

    /// <summary>Words of columns from words of rows. Source: Warren, «Hacker's Delight», 2nd edition, 7-3.</summary>
    /// <param name="rows">One word for each row.</param>
    /// <param name="count">How many, at most <see cref="Word"/>.</param>
    /// <param name="columns">The result, <see cref="Word"/> words.</param>
    public static void Transpose(ulong* rows, int count, ulong* columns)
    {
        new Span<ulong>(columns, Word).Clear();
        new ReadOnlySpan<ulong>(rows, count).CopyTo(new Span<ulong>(columns, count));
        ulong mask = 0x00000000FFFFFFFF;
        for (int j = Word / 2; j > 0; j >>= 1, mask ^= mask << j)
        {
            for (int k = 0; k < Word; k = ((k | j) + 1) & ~j)
            {
                ulong swapped = ((columns[k] >> j) ^ columns[k | j]) & mask;
                columns[k] ^= swapped << j;
                columns[k | j] ^= swapped;
            }
        }
    }
}
