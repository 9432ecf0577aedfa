using MnistCnn.Networks;
using TorchSharp;

namespace MnistCnn.Batches;

/// <summary>A batch whose images are still where the data set has them: the kernels read a few at a time into their cache, all others ask for tensors.</summary>
internal sealed unsafe class UnreadBatch(BatchAssembler assembler, ReadOnlyMemory<int> indices, int epoch) : CnnImages
{
    public int Count => indices.Length;

    /// <summary>[N], int64, on the CPU; the caller's.</summary>
    public torch.Tensor Labels()
    {
        torch.Tensor labels = torch.empty([Count], torch.int64, torch.CPU);
        assembler.ReadLabels(indices.Span, (long*)labels.Address());
        return labels;
    }

    /// <inheritdoc/>
    public override void Read(int first, int count, float* destination) => assembler.ReadImages(indices.Span.Slice(first, count), epoch, destination);

    /// <summary>The batch in tensors, made on some threads; the caller's.</summary>
    public MnistBatch ToTensors(int threads, torch.Device? device)
    {
        using PendingBatch pending = new(assembler, indices, epoch);
        pending.Fill(threads);
        return pending.Complete(device);
    }
}
