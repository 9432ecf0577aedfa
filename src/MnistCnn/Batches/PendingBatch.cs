using System.Runtime.ExceptionServices;
using TorchSharp;

namespace MnistCnn.Batches;

/// <summary>
/// A batch while it is filled. The tensors are made on the thread that will use them, since TorchSharp counts tensors by thread; another thread may write their
/// memory.
/// </summary>
internal sealed unsafe class PendingBatch : IDisposable
{
    private const int ImagesAtATime = 32;
    private readonly LazyBatch source;
    private readonly nint imageData;
    private readonly nint labelData;
    private MnistBatch? batch;
    private Task filling = Task.CompletedTask;

    public PendingBatch(LazyBatch source)
    {
        this.source = source;
        torch.Tensor images = torch.empty([source.Count, 1, source.Height, source.Width], torch.float32, torch.CPU).DetachFromDisposeScope();
        torch.Tensor labels = torch.empty([source.Count], torch.int64, torch.CPU).DetachFromDisposeScope();
        batch = new MnistBatch(images, labels);
        imageData = images.Address();
        labelData = labels.Address();
    }

    /// <summary>Fills the batch on this thread and others.</summary>
    public void Fill(int threads)
    {
        int parts = (source.Count + ImagesAtATime - 1) / ImagesAtATime;
        try
        {
            Parallel.For(0, parts, new ParallelOptions { MaxDegreeOfParallelism = threads },
                part => Fill(part * ImagesAtATime, Math.Min(ImagesAtATime, source.Count - part * ImagesAtATime)));
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }

    public void FillOnAnotherThread() => filling = Task.Run(() => Fill(0, source.Count));

    /// <summary>Waits until the batch is filled and hands it over.</summary>
    public MnistBatch Complete(torch.Device? device)
    {
        filling.GetAwaiter().GetResult();
        MnistBatch batch = this.batch!;
        if (device is not null && device.type != DeviceType.CPU)
        {
            batch = new MnistBatch(batch.Images.to(device).DetachFromDisposeScope(), batch.Labels.to(device).DetachFromDisposeScope());
            this.batch!.Dispose();
        }

        this.batch = null;
        return batch;
    }

    /// <summary>Waits for the other thread, which writes into the tensors, and disposes them unless they were handed over.</summary>
    public void Dispose()
    {
        if (batch is null)
        {
            return;
        }
        // A fault of the filling is reported where the batch is asked for; this batch is not.
        filling.ContinueWith(static _ => { }, TaskScheduler.Default).Wait();
        batch.Dispose();
        batch = null;
    }

    private void Fill(int first, int count)
    {
        source.ReadLabels(first, count, (long*)labelData + first);
        source.Read(first, count, (float*)imageData + (nint)first * source.Height * source.Width);
    }
}
