using System.Numerics;
using System.Runtime.InteropServices;

namespace MnistCnn.Batches;

/// <summary>Sums of images, pixel by pixel.</summary>
internal static class PixelBlend
{
    /// <summary>pixels = share · pixels + (1 − share) · others; the others exactly where the share is 0.</summary>
    public static void Mix(Span<float> pixels, ReadOnlySpan<float> others, float share)
    {
        Span<Vector<float>> vectors = MemoryMarshal.Cast<float, Vector<float>>(pixels);
        ReadOnlySpan<Vector<float>> otherVectors = MemoryMarshal.Cast<float, Vector<float>>(others);
        for (int v = 0; v < vectors.Length; v++)
        {
            vectors[v] = otherVectors[v] + (vectors[v] - otherVectors[v]) * share;
        }

        for (int i = vectors.Length * Vector<float>.Count; i < pixels.Length; i++)
        {
            pixels[i] = others[i] + (pixels[i] - others[i]) * share;
        }
    }

    /// <summary>pixels = pixels + factor · others.</summary>
    public static void Add(Span<float> pixels, ReadOnlySpan<float> others, float factor)
    {
        Span<Vector<float>> vectors = MemoryMarshal.Cast<float, Vector<float>>(pixels);
        ReadOnlySpan<Vector<float>> otherVectors = MemoryMarshal.Cast<float, Vector<float>>(others);
        for (int v = 0; v < vectors.Length; v++)
        {
            vectors[v] += otherVectors[v] * factor;
        }

        for (int i = vectors.Length * Vector<float>.Count; i < pixels.Length; i++)
        {
            pixels[i] += others[i] * factor;
        }
    }

    /// <summary>pixels = share · (1 − pixels) + (1 − share) · pixels.</summary>
    public static void Invert(Span<float> pixels, float share)
    {
        foreach (ref float pixel in pixels)
        {
            pixel += share * (1 - 2 * pixel);
        }
    }

    /// <summary>pixels = min(1, factor · pixels), of pixels that are not negative.</summary>
    public static void Scale(Span<float> pixels, float factor)
    {
        foreach (ref float pixel in pixels)
        {
            pixel = Math.Min(1, factor * pixel);
        }
    }

    /// <summary>pixels = min(1, max(0, pixels)).</summary>
    public static void Clamp(Span<float> pixels)
    {
        Span<Vector<float>> vectors = MemoryMarshal.Cast<float, Vector<float>>(pixels);
        foreach (ref Vector<float> vector in vectors)
        {
            vector = Vector.Min(Vector.Max(vector, Vector<float>.Zero), Vector<float>.One);
        }

        for (int i = vectors.Length * Vector<float>.Count; i < pixels.Length; i++)
        {
            pixels[i] = Math.Clamp(pixels[i], 0, 1);
        }
    }
}
