using System.Numerics;
using System.Runtime.InteropServices;

namespace MnistCnn.Mpi;

/// <summary>What a rank computes with the numbers of all.</summary>
internal static class RankSums
{
    /// <summary>Adds terms to as many sums.</summary>
    public static void Add(Span<float> sums, ReadOnlySpan<float> terms)
    {
        Span<Vector<float>> vectors = MemoryMarshal.Cast<float, Vector<float>>(sums);
        ReadOnlySpan<Vector<float>> others = MemoryMarshal.Cast<float, Vector<float>>(terms);
        for (int i = 0; i < vectors.Length; i++)
        {
            vectors[i] += others[i];
        }

        for (int i = vectors.Length * Vector<float>.Count; i < sums.Length; i++)
        {
            sums[i] += terms[i];
        }
    }

    /// <summary>Divides each number.</summary>
    public static void Divide(ReadOnlySpan<float> values, float divisor, Span<float> quotients)
    {
        ReadOnlySpan<Vector<float>> vectors = MemoryMarshal.Cast<float, Vector<float>>(values);
        Span<Vector<float>> results = MemoryMarshal.Cast<float, Vector<float>>(quotients);
        for (int i = 0; i < vectors.Length; i++)
        {
            results[i] = vectors[i] / new Vector<float>(divisor);
        }

        for (int i = vectors.Length * Vector<float>.Count; i < values.Length; i++)
        {
            quotients[i] = values[i] / divisor;
        }
    }
}
