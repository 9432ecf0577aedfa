using System.Runtime.InteropServices;
using MnistCnn.Data;
using MnistCnn.Kernels;
using TorchSharp;

namespace MnistCnn.Batches;

/// <summary>
/// A batch while it is filled. The tensors are made on the thread that will use them, since TorchSharp counts tensors by thread; another thread may write their memory.
/// </summary>
internal sealed unsafe class PendingBatch : KernelJob, IDisposable
{
    private readonly BatchAssembler _assembler;
    private readonly ReadOnlyMemory<int> _indices;
    private readonly int _epoch;
    private readonly nint _imageData;
    private readonly nint _labelData;
    private MnistBatch? _batch;
    private Task _filling = Task.CompletedTask;

    public PendingBatch(BatchAssembler assembler, IMnistDataset data, ReadOnlyMemory<int> indices, int epoch)
    {
        (_assembler, _indices, _epoch) = (assembler, indices, epoch);
        torch.Tensor images = torch.empty([indices.Length, 1, data.Height, data.Width], torch.float32, torch.CPU).DetachFromDisposeScope();
        torch.Tensor labels = torch.empty([indices.Length], torch.int64, torch.CPU).DetachFromDisposeScope();
        _batch = new MnistBatch(images, labels);
        _imageData = AddressOf(images);
        _labelData = AddressOf(labels);
    }

    /// <summary>Fills the batch on this thread and others.</summary>
    public void Fill(int threads) => KernelThreads.Run(threads, (_indices.Length + CnnWorkspace.Slice - 1) / CnnWorkspace.Slice, this);

    public void FillOnAnotherThread() => _filling = Task.Run(() => Fill(0, _indices.Length));

    /// <summary>Fills a slice, on the thread that will train on it, in whose cache the images then are.</summary>
    public override void Run(int item, int thread) => Fill(item * CnnWorkspace.Slice, Math.Min(CnnWorkspace.Slice, _indices.Length - item * CnnWorkspace.Slice));

    /// <summary>Waits until the batch is filled and hands it over.</summary>
    public MnistBatch Complete(torch.Device? device)
    {
        _filling.GetAwaiter().GetResult();
        MnistBatch batch = _batch!;
        if (device is not null && device.type != DeviceType.CPU)
        {
            batch = new MnistBatch(batch.Images.to(device).DetachFromDisposeScope(), batch.Labels.to(device).DetachFromDisposeScope());
            _batch!.Dispose();
        }

        _batch = null;
        return batch;
    }

    /// <summary>Waits for the other thread, which writes into the tensors, and disposes them unless they were handed over.</summary>
    public void Dispose()
    {
        if (_batch is null)
            return;
        // A fault of the filling is reported where the batch is asked for; nobody asks for this one.
        _filling.ContinueWith(static _ => { }, TaskScheduler.Default).Wait();
        _batch.Dispose();
        _batch = null;
    }

    private void Fill(int first, int count) => _assembler.Fill(
        _indices.Span.Slice(first, count), _epoch, (float*)_imageData + (nint)first * _assembler.PixelsPerImage, (long*)_labelData + first);

    private static nint AddressOf(torch.Tensor tensor) => tensor.numel() == 0 ? 0 : (nint)System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));
}
