using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using MnistCnn.Data;

namespace MnistCnn.Batches;

/// <summary>Orders a data set and writes batches of it into plain memory. Thread-safe.</summary>
internal sealed unsafe class BatchAssembler
{
    private const int Ahead = 4;
    private const int CacheLine = 64;
    private readonly IMnistDataset _data;
    private readonly BatchLoaderOptions _options;

    public BatchAssembler(IMnistDataset data, BatchLoaderOptions options)
    {
        (_data, _options) = (data, options);
        PixelsPerImage = checked(data.Height * data.Width);
        StepsPerEpoch = options.DropLast ? data.Count / options.BatchSize : (data.Count - 1) / options.BatchSize + 1;
    }

    public int PixelsPerImage { get; }

    public int StepsPerEpoch { get; }

    /// <summary>The indices of the data set in the order in which an epoch visits them.</summary>
    public int[] OrderOf(int epoch)
    {
        int[] order = new int[_data.Count];
        for (int i = 0; i < order.Length; i++)
            order[i] = i;
        if (_options.Shuffle)
        {
            SeededRandom random = new((uint)_options.Seed, (uint)epoch);
            random.Shuffle(order);
        }

        return order;
    }

    /// <summary>The part of an epoch's order that is the batch of a step (1-based).</summary>
    public ReadOnlyMemory<int> BatchOf(int[] order, int step)
    {
        int start = (step - 1) * _options.BatchSize;
        Memory<int> batch = order.AsMemory(start, Math.Min(_options.BatchSize, order.Length - start));
        (int index, int count) = _options.Share;
        return count == 1 ? batch : batch.ToArray().Where((_, position) => position % count == index).ToArray();
    }

    /// <param name="indices">The images of the batch.</param>
    /// <param name="epoch">The epoch, which random transforms depend on.</param>
    /// <param name="images">Room for <c>indices.Length × H × W</c> values.</param>
    /// <param name="labels">Room for <c>indices.Length</c> values.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Fill(ReadOnlySpan<int> indices, int epoch, float* images, long* labels)
    {
        for (int i = 0; i < indices.Length; i++)
            labels[i] = LabelOf(indices[i]);
        float[] scratch = _options.Transforms.Count == 0 ? [] : new float[2 * PixelsPerImage];
        for (int i = 0; i < indices.Length; i++)
        {
            Span<float> destination = new(images + (nint)i * PixelsPerImage, PixelsPerImage);
            if (i + Ahead < indices.Length)
                Prefetch(ImageOf(indices[i + Ahead]));
            if (_options.Transforms.Count == 0)
                PixelScaling.ToUnit(ImageOf(indices[i]), destination);
            else
                Transform(indices[i], epoch, scratch, destination);
        }
    }

    private void Transform(int index, int epoch, float[] scratch, Span<float> destination)
    {
        ImageRandom random = new(_options.Seed, epoch, index);
        Span<float> source = scratch.AsSpan(0, PixelsPerImage);
        Span<float> target = scratch.AsSpan(PixelsPerImage);
        PixelScaling.ToUnit(ImageOf(index), source);
        for (int t = 0; t < _options.Transforms.Count; t++)
        {
            bool last = t == _options.Transforms.Count - 1;
            _options.Transforms[t].Apply(source, last ? destination : target, _data.Height, _data.Width, ref random);
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
            Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.AsRef(in image[i])));
    }

    private ReadOnlySpan<byte> ImageOf(int index)
    {
        ReadOnlySpan<byte> image = _data.GetImage(index);
        return image.Length == PixelsPerImage
            ? image
            : throw new InvalidOperationException($"The data set's image {index} has {image.Length} bytes, expected {_data.Height} × {_data.Width}.");
    }

    private byte LabelOf(int index)
    {
        byte label = _data.GetLabel(index);
        return label < _data.ClassNames.Count
            ? label
            : throw new InvalidOperationException($"The data set's label {index} is {label}, expected 0 to {_data.ClassNames.Count - 1}.");
    }
}
