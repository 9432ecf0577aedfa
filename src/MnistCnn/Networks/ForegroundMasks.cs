using System.Numerics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using MnistCnn.Layers;

namespace MnistCnn.Networks;

/// <summary>Which pixels of the first convolution's output see anything but black, a bit each, a number for each row of an image. One thread at a time.</summary>
internal sealed unsafe class ForegroundMasks
{
    private readonly ForegroundShape shape;
    private readonly AlignedBuffer rows;
    private readonly ulong windows;

    /// <param name="shape">The convolutions.</param>
    /// <param name="capacity">Images at most.</param>
    public ForegroundMasks(ForegroundShape shape, int capacity)
    {
        this.shape = shape;
        rows = new(sizeof(ulong) / sizeof(float) * capacity * shape.Second.Height);
        windows = Every(shape.First.Stride, 0, shape.First.Stride * shape.Second.Width);
    }

    /// <summary>The rows of an image; those of the next follow.</summary>
    public ulong* Of(int image) => (ulong*)rows.Pointer + (image * shape.Second.Height);

    /// <summary>Looks at an image.</summary>
    /// <param name="n">Which it is.</param>
    /// <param name="image">Its pixels, and a register's worth of readable memory behind them.</param>
    /// <returns>How many pixels see anything but black.</returns>
    public int Find(int n, float* image)
    {
        (int width, int height, int kernel, int stride) = (shape.First.Width, shape.First.Height, shape.First.Kernel, shape.First.Stride);
        ulong* ink = stackalloc ulong[height];
        for (int y = 0; y < height; y++, image += width)
        {
            ink[y] = 0;
            for (int x = 0; x < width; x += Vector512<float>.Count)
                ink[y] |= (~Vector512.Equals(Vector512.Load(image + x), Vector512<float>.Zero).ExtractMostSignificantBits() & ushort.MaxValue) << x;

            ink[y] &= ulong.MaxValue >> (64 - width);
        }

        int seen = 0;
        ulong* result = Of(n);
        for (int y = 0; y < shape.Second.Height; y++)
        {
            ulong column = 0, window = 0;
            for (int k = 0; k < kernel; k++)
                column |= ink[(y * stride) + k];

            for (int k = 0; k < kernel; k++)
                window |= column >> k;

            result[y] = Extract(window, windows);
            seen += BitOperations.PopCount(result[y]);
        }

        return seen;
    }

    /// <summary>A bit at every <paramref name="step"/>th place of a range.</summary>
    public static ulong Every(int step, int first, int end)
    {
        ulong mask = 0;
        for (int i = first; i < Math.Min(end, 64); i += step)
            mask |= 1UL << i;

        return mask;
    }

    /// <summary>The bits at the places of a mask, side by side.</summary>
    public static ulong Extract(ulong bits, ulong mask)
    {
        if (Bmi2.X64.IsSupported)
        {
            return Bmi2.X64.ParallelBitExtract(bits, mask);
        }

        ulong result = 0;
        for (int to = 0; mask != 0; mask &= mask - 1, to++)
            result |= ((bits >> BitOperations.TrailingZeroCount(mask)) & 1) << to;

        return result;
    }
}
