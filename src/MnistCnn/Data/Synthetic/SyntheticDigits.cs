using MnistCnn.Data;
namespace MnistCnn;

/// <summary>
/// Digits drawn from a seed, for tests and demonstrations without a network. They are not MNIST, and much easier; accuracy on them says nothing about MNIST.
/// </summary>
/// <remarks>
/// Strokes under a random rotation, shear, scale and shift, with a pen of random width, anti-aliased, on a noisy background. Image <c>i</c> shows the digit
/// <c>i mod 10</c>. The same count-independent image for the same (seed, split, index) on every machine with the same floating-point library. Immutable and
/// thread-safe.
/// </remarks>
public sealed class SyntheticDigits : IMnistDataset
{
    private readonly byte[] pixels;

    /// <summary>Draws the digits, on several threads.</summary>
    /// <param name="count">How many, at least 1. The first ones do not depend on it.</param>
    /// <param name="seed">Any number; other seeds give other digits.</param>
    /// <param name="split">Training and test digits of one seed differ.</param>
    /// <param name="height">Rows of an image, 8 to 1024; the default is 28, as in MNIST.</param>
    /// <param name="width">Columns of an image, 8 to 1024; the default is 28, as in MNIST.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range, or the pixels would not fit into one array.</exception>
    public SyntheticDigits(int count, int seed = 0, MnistSplit split = MnistSplit.Train, int height = 28, int width = 28)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ThrowIfOutside(height, nameof(height));
        ThrowIfOutside(width, nameof(width));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)count * height * width, Array.MaxLength, nameof(count));
        (Count, Height, Width) = (count, height, width);
        pixels = PixelMemory.Allocate<byte>(count * height * width);
        Parallel.For(0, (count + 255) / 256, block =>
        {
            for (int i = 256 * block; i < Math.Min(count, 256 * (block + 1)); i++)
            {
                SeededRandom random = new((uint)seed, (ulong)split, (uint)i);
                DigitPainter.Paint(i % 10, ref random, pixels.AsSpan(i * height * width, height * width), height, width);
            }
        });
    }

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public int Height { get; }

    /// <inheritdoc/>
    public int Width { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames { get; } = Array.AsReadOnly(DatasetChecks.ClassNames(null));

    /// <inheritdoc/>
    public ReadOnlySpan<byte> GetImage(int index)
    {
        if ((uint)index >= (uint)Count)
        {
            DatasetChecks.ThrowIndex(index, Count);
        }

        return pixels.AsSpan(index * Height * Width, Height * Width);
    }

    /// <inheritdoc/>
    public byte GetLabel(int index)
    {
        if ((uint)index >= (uint)Count)
        {
            DatasetChecks.ThrowIndex(index, Count);
        }

        return (byte)(index % 10);
    }

    private static void ThrowIfOutside(int size, string name)
    {
        if (size is < 8 or > 1024)
        {
            throw new ArgumentOutOfRangeException(name, size, "Expected 8 to 1024 pixels.");
        }
    }
}
