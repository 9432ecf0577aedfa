using MnistCnn.Networks;
using TorchSharp;

namespace MnistCnn.Batches;

/// <summary>A batch whose images are still where the data set has them: the kernels read a few at a time into their cache, all others ask for tensors.</summary>
internal sealed unsafe class UnreadBatch(BatchAssembler assembler, ReadOnlyMemory<int> indices, int epoch) : CnnImages
{
    private readonly BatchAssembler assembler = assembler;
    private readonly ReadOnlyMemory<int> indices = indices;
    private readonly int epoch = epoch;

    public int Count => indices.Length;

    public int Height => assembler.Height;

    public int Width => assembler.Width;

    /// <summary>Batches of one epoch as one.</summary>
    public static UnreadBatch Join(IReadOnlyList<UnreadBatch> batches) =>
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

    /// <inheritdoc/>
    public override void Read(int first, int count, float* destination) => assembler.ReadImages(indices.Span, first, count, epoch, destination);

    /// <summary>The batch in tensors, made on some threads; the caller's.</summary>
    public MnistBatch ToTensors(int threads, torch.Device? device)
    {
        using PendingBatch pending = new(this);
        pending.Fill(threads);
        return pending.Complete(device);
    }
}
