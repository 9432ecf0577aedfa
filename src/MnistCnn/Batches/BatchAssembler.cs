using System.Buffers;
using System.Runtime.Intrinsics.X86;
using MnistCnn.Data;

namespace MnistCnn.Batches;

/// <summary>Orders a data set and writes batches of it into plain memory. Thread-safe.</summary>
internal sealed unsafe class BatchAssembler
{
    private const int Ahead = 4;
    private const int CacheLine = 64;
    private readonly IMnistDataset data;
    private readonly BatchLoaderOptions options;
    private readonly BalancedOrder? balanced;

    public BatchAssembler(IMnistDataset data, BatchLoaderOptions options)
    {
        (this.data, this.options) = (data, options);
        (Height, Width, PixelsPerImage) = (data.Height, data.Width, checked(data.Height * data.Width));
        balanced = options.Balanced ? new BalancedOrder(data) : null;
        StepsPerEpoch = options.DropLast ? data.Count / options.BatchSize : (data.Count - 1) / options.BatchSize + 1;
    }

    public int Height { get; }

    public int Width { get; }

    public int PixelsPerImage { get; }

    public int StepsPerEpoch { get; }

    /// <summary>The indices of the data set in the order in which an epoch visits them.</summary>
    public int[] OrderOf(int epoch)
    {
        if (balanced is not null)
        {
            return balanced.Of(options.Seed, epoch);
        }

        int[] order = new int[data.Count];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        if (options.Shuffle)
        {
            SeededRandom random = new((uint)options.Seed, (uint)epoch);
            random.Shuffle(order);
        }

        return order;
    }

    /// <summary>The part of an epoch's order that is the batch of a step (1-based).</summary>
    public ReadOnlyMemory<int> BatchOf(int[] order, int step)
    {
        int start = (step - 1) * options.BatchSize;
        Memory<int> batch = order.AsMemory(start, Math.Min(options.BatchSize, order.Length - start));
        (int index, int count) = options.Share;
        return count == 1 ? batch : batch.ToArray().Where((_, position) => position % count == index).ToArray();
    }

    /// <param name="indices">Which labels.</param>
    /// <param name="labels">Room for <c>indices.Length</c> values.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void ReadLabels(ReadOnlySpan<int> indices, long* labels)
    {
        int classes = data.ClassNames.Count;
        for (int i = 0; i < indices.Length; i++)
        {
            byte label = data.GetLabel(indices[i]);
            labels[i] = label < classes
                ? label
                : throw new InvalidOperationException($"The data set's label {indices[i]} is {label}, expected 0 to {classes - 1}.");
        }
    }

    /// <param name="indices">The images of a batch.</param>
    /// <param name="first">The first to read, from 0.</param>
    /// <param name="count">How many to read; those after them are fetched into the cache.</param>
    /// <param name="epoch">The epoch, which random transforms depend on.</param>
    /// <param name="images">Room for <c>count × H × W</c> values.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void ReadImages(ReadOnlySpan<int> indices, int first, int count, int epoch, float* images)
    {
        for (int i = first; i < first + count; i++)
        {
            Span<float> destination = new(images + (nint)(i - first) * PixelsPerImage, PixelsPerImage);
            if (i + Ahead < indices.Length)
            {
                Prefetch(ImageOf(indices[i + Ahead]));
            }

            if (options.Transforms.Count == 0)
            {
                PixelScaling.ToUnit(ImageOf(indices[i]), destination);
            }
            else
            {
                Transform(indices[i], epoch, destination);
            }
        }
    }

    private void Transform(int index, int epoch, Span<float> destination)
    {
        using IMemoryOwner<float> scratch = MemoryPool<float>.Shared.Rent(2 * PixelsPerImage);
        ImageRandom random = new(options.Seed, epoch, index);
        Span<float> source = scratch.Memory.Span[..PixelsPerImage];
        Span<float> target = scratch.Memory.Span.Slice(PixelsPerImage, PixelsPerImage);
        PixelScaling.ToUnit(ImageOf(index), source);
        for (int t = 0; t < options.Transforms.Count; t++)
        {
            bool last = t == options.Transforms.Count - 1;
            options.Transforms[t].Apply(source, last ? destination : target, data.Height, data.Width, ref random);
            Span<float> read = source;
            source = target;
            target = read;
        }
    }

    /// <summary>In shuffled order the processor cannot foresee the next image, and each of its cache lines would be waited for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Prefetch(ReadOnlySpan<byte> image)
    {
        for (int i = 0; i < image.Length && Sse.IsSupported; i += CacheLine)
        {
            Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.AsRef(in image[i])));
        }
    }

    private ReadOnlySpan<byte> ImageOf(int index)
    {
        ReadOnlySpan<byte> image = data.GetImage(index);
        return image.Length == PixelsPerImage
            ? image
            : throw new InvalidOperationException($"The data set's image {index} has {image.Length} bytes, expected {data.Height} × {data.Width}.");
    }
}
