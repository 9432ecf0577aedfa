using System.Numerics;
using System.Runtime.InteropServices;

namespace MnistCnn.Inference;

/// <summary>Tells images with next to nothing on them.</summary>
internal static class Blankness
{
    /// <summary>
    /// The least standard deviation of the pixels of a picture that shows something, of 255: thin strokes in pale ink reach 16, four pixels of full ink 18, one
    /// 9.
    /// </summary>
    private const double LeastDeviation = 15;

    /// <summary>Whether the pixels of an image, however light or dark, hardly differ.</summary>
    /// <param name="pixels">One or more.</param>
    public static bool IsBlank(ReadOnlySpan<byte> pixels)
    {
        Vector<uint> sums = Vector<uint>.Zero, squares = Vector<uint>.Zero;
        ReadOnlySpan<Vector<byte>> vectors = MemoryMarshal.Cast<byte, Vector<byte>>(pixels);
        foreach (Vector<byte> vector in vectors)
        {
            Vector.Widen(vector, out Vector<ushort> low, out Vector<ushort> high);
            Add(low, ref sums, ref squares);
            Add(high, ref sums, ref squares);
        }

        ulong sum = Vector.Sum(sums), square = Vector.Sum(squares);
        foreach (byte pixel in pixels[(vectors.Length * Vector<byte>.Count)..])
        {
            sum += pixel;
            square += (ulong)(pixel * pixel);
        }

        double mean = sum / (double)pixels.Length;
        return square / (double)pixels.Length - mean * mean < LeastDeviation * LeastDeviation;
    }

    private static void Add(Vector<ushort> pixels, ref Vector<uint> sums, ref Vector<uint> squares)
    {
        Vector.Widen(pixels, out Vector<uint> low, out Vector<uint> high);
        sums += low + high;
        squares += low * low + high * high;
    }
}
