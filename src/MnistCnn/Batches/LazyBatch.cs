using TorchSharp;

namespace MnistCnn.Batches;

/// <summary>
/// A batch whose images are still where the data set has them. The engine reads a few at a time into the cache of the thread that trains on them; everybody
/// else asks for tensors. Thread-safe.
/// </summary>
internal sealed unsafe class LazyBatch(BatchAssembler assembler, ReadOnlyMemory<int> indices, int epoch)
{
    private readonly BatchAssembler assembler = assembler;
    private readonly ReadOnlyMemory<int> indices = indices;
    private readonly int epoch = epoch;

    public int Count => indices.Length;

    public int Height => assembler.Height;

    public int Width => assembler.Width;

    /// <summary>Batches of one epoch as one.</summary>
    public static LazyBatch Join(IReadOnlyList<LazyBatch> batches) =>
        new(batches[0].assembler, batches.SelectMany(batch => batch.indices.ToArray()).ToArray(), batches[0].epoch);

    /// <summary>[N], int64, on the CPU; the caller's.</summary>
    public torch.Tensor Labels()
    {
        torch.Tensor labels = torch.empty([Count], torch.int64, torch.CPU);
        ReadLabels(0, Count, (long*)labels.Address());
        return labels;
    }

    /// <summary>Writes some of the labels.</summary>
    public void ReadLabels(int first, int count, long* destination) => assembler.ReadLabels(indices.Span.Slice(first, count), destination);

    /// <summary>Writes some images, [count, height, width].</summary>
    public void Read(int first, int count, float* destination) => assembler.ReadImages(indices.Span, first, count, epoch, destination);

    /// <summary>The batch in tensors, made on some threads; the caller's.</summary>
    public MnistBatch ToTensors(int threads, torch.Device? device)
    {
        using PendingBatch pending = new(this);
        pending.Fill(threads);
        return pending.Complete(device);
    }
}
