using System.Runtime.InteropServices;
using System.Text;
using MnistCnn.Kernels;
using MnistCnn.Serialization;
using TorchSharp;
using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>
/// The ranks of a run on several machines, and what they tell each other. Every method is an exchange that all ranks take part in, in the same order.
/// </summary>
internal sealed class Ranks
{
    public const string NameOfSharedCheckpoint = "the checkpoint of rank 0";

    /// <summary>Numbers that ranks exchange besides the gradients of a step.</summary>
    public const int Figures = 4;

    private const int LossSum = 0, LossSumRest = 1, Hits = 2, VotesToStop = 3;

    private readonly ICollective collective;
    private readonly nn.Module<Tensor, Tensor> model;

    private Ranks(ICollective collective, nn.Module<Tensor, Tensor> model) => (this.collective, this.model) = (collective, model);

    /// <summary>0 for the one that writes files.</summary>
    public int Rank => collective.Rank;

    /// <summary>Null where a run has no other rank.</summary>
    public static Ranks? Of(ICollective? collective, nn.Module<Tensor, Tensor> model) => collective is { WorldSize: > 1 } ? new Ranks(collective, model) : null;

    /// <summary>The widest kernels that all ranks have, so that their gradients lie alike; null where any rank has none.</summary>
    public SimdKernels? Agree(SimdKernels? best)
    {
        long[] votes = new long[4];
        votes[best is null ? 0 : 1 + SimdKernels.All.ToList().IndexOf(best)] = 1;
        collective.AllReduceSum(votes);
        int narrowest = Array.FindIndex(votes, count => count > 0);
        return narrowest == 0 ? null : SimdKernels.All[narrowest - 1];
    }

    /// <summary>Gives the model of rank 0 to all: parameters and buffers.</summary>
    public void ShareModel() => Share(model.state_dict().Values);

    /// <summary>Gives the buffers of rank 0 to all: running statistics, which each rank gathers from its own images.</summary>
    public void ShareBuffers() => Share(model.buffers());

    /// <summary>Gives the numbers of rank 0 to all: machines of other kinds may round theirs otherwise, and all must decide the same by them.</summary>
    public void Share(double[] values) => collective.Broadcast(MemoryMarshal.AsBytes(values.AsSpan()));

    /// <summary>Gives the checkpoint of rank 0 to all; null where rank 0 has none.</summary>
    public CheckpointFile? Share(CheckpointFile? own)
    {
        byte[]? content = null;
        if (Rank == 0 && own is not null)
        {
            using MemoryStream stream = new();
            own.WriteTo(stream);
            content = stream.ToArray();
        }

        long[] length = [content?.LongLength ?? -1];
        collective.Broadcast(MemoryMarshal.AsBytes(length.AsSpan()));
        if (length[0] < 0)
        {
            return null;
        }

        content ??= new byte[length[0]];
        collective.Broadcast(content);
        return Rank == 0 ? own : CheckpointFile.Read(new MemoryStream(content), NameOfSharedCheckpoint);
    }

    /// <summary>Throws unless all ranks were given the same.</summary>
    /// <exception cref="ArgumentException">They were not.</exception>
    public void RequireSame(IEnumerable<KeyValuePair<string, string>> settings)
    {
        foreach ((string name, string value) in settings)
        {
            byte[] first = Encoding.UTF8.GetBytes(value);
            long[] length = [first.Length];
            collective.Broadcast(MemoryMarshal.AsBytes(length.AsSpan()));
            Array.Resize(ref first, (int)length[0]);
            collective.Broadcast(first);
            if (Encoding.UTF8.GetString(first) is var expected && expected != value)
            {
                throw new ArgumentException($"{name}: expected that of rank 0, {expected}, found {value} on rank {Rank}.");
            }
        }
    }

    /// <summary>Adds up the gradients of the step, sums over each rank's images, and divides them by the images of all; likewise the figures.</summary>
    /// <param name="step">Whose gradients.</param>
    /// <param name="own">This rank's share of the step; null where it has no image.</param>
    /// <param name="wantsToStop">Whether this rank does not want the update to be made.</param>
    /// <returns>The figures of all images, and whether any rank does not want the update.</returns>
    public (BatchFigures Outcome, bool SomeoneWantsToStop) AddUp(ITrainingStep step, BatchFigures? own, bool wantsToStop)
    {
        Span<float> sums = step.Sums(Figures), figures = sums[^Figures..];
        double lossSum = own?.LossSum ?? 0;
        figures[LossSum] = (float)lossSum;
        figures[LossSumRest] = (float)(double.IsFinite(lossSum) ? lossSum - figures[LossSum] : 0);
        figures[Hits] = own?.Hits ?? 0;
        figures[VotesToStop] = wantsToStop ? 1 : 0;
        long count = collective.AllReduceMean(sums, own?.Count ?? 0);
        step.TakeSums();
        BatchFigures all = new((int)count, ((double)figures[LossSum] + figures[LossSumRest]) * count, (long)Math.Round((double)figures[Hits] * count));
        return (all, figures[VotesToStop] > 0);
    }

    /// <summary>Why the run stops, if any rank wants it to; the same answer on all.</summary>
    public StopReason? AgreeToStop(StopReason? own)
    {
        long[] votes = new long[Enum.GetValues<StopReason>().Length];
        if (own is { } reason)
        {
            votes[(int)reason] = 1;
        }

        collective.AllReduceSum(votes);
        int agreed = Array.FindIndex(votes, count => count > 0);
        return agreed < 0 ? null : (StopReason)agreed;
    }

    /// <summary>The outputs of images of which each rank computes a part: [N, classes], the same bits on all.</summary>
    /// <param name="images">The same on each rank, [N, 1, H, W].</param>
    /// <param name="isCanceled">Whether this rank wants to give up.</param>
    /// <returns>Null where any rank wants to give up.</returns>
    public Tensor? Forward(Tensor images, bool isCanceled)
    {
        long count = images.shape[0];
        long first = count * Rank / collective.WorldSize;
        long end = count * (Rank + 1) / collective.WorldSize;
        using DisposeScope scope = NewDisposeScope();

        // A rank without an image of its own computes one all the same, to learn the number of classes.
        Tensor own = model.forward(images.narrow(0, Math.Min(first, count - 1), Math.Max(end - first, 1))).to_type(ScalarType.Float32).cpu().contiguous();
        long classes = own.shape[1];

        // Bits where they belong and zeros elsewhere, so that the sums of integers are the outputs of all ranks, exactly.
        long[] bits = new long[(count * classes + 1) / 2 + 1];
        Span<float> outputs = MemoryMarshal.Cast<long, float>(bits.AsSpan(..^1));
        own.data<float>().ToArray().AsSpan(..(int)((end - first) * classes)).CopyTo(outputs[(int)(first * classes)..]);
        bits[^1] = isCanceled ? 1 : 0;
        collective.AllReduceSum(bits);
        return bits[^1] > 0 ? null : tensor(outputs[..(int)(count * classes)].ToArray(), [count, classes]).to(images.device).MoveToOuterDisposeScope();
    }

    private void Share(IEnumerable<Tensor> tensors)
    {
        using IDisposable noGradient = no_grad();
        foreach (Tensor tensor in tensors)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor host = tensor.detach().cpu().contiguous();
            collective.Broadcast(host.bytes);
            tensor.copy_(host);
        }
    }
}
