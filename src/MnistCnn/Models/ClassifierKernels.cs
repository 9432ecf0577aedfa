using MnistCnn.Networks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistCnn.Models;

/// <summary>
/// Runs a network over the kernels. Memory is lent to each call and comes back: concurrent calls have their own, and a repeated call allocates nothing but its results.
/// Thread-safe.
/// </summary>
internal sealed unsafe class ClassifierKernels(CnnShape shape)
{
    private const int MostWaiting = 4;
    private readonly List<KernelSession> idle = [];
    private readonly List<InferenceSession> idleForInference = [];
    private readonly List<NetworkCall> waiting = [];

    public CnnPlan Plan { get; } = new(shape);

    /// <summary>Logits [N, classes]; differentiable where gradients are enabled.</summary>
    /// <param name="images">[N, 1, H, W], float32, on the CPU.</param>
    /// <param name="parameters">Weight and bias of each layer in order, float32, contiguous, on the CPU.</param>
    public Tensor Forward(Tensor images, Parameter[] parameters)
    {
        if (is_grad_enabled() && (images.requires_grad || parameters.Any(p => p.requires_grad)))
        {
            return NetworkFunction.apply([images, .. parameters, new NetworkCall(this)]);
        }

        using Tensor input = images.contiguous();
        using InferenceSession session = StartInference(parameters);
        return session.Forward(ImagesOf(input), (int)images.shape[0]);
    }

    /// <summary>Forward passes without gradients, with the parameters as they are now.</summary>
    public InferenceSession StartInference(Parameter[] parameters)
    {
        int threads = get_num_threads();
        InferenceSession? session;
        lock (idle)
        {
            int fitting = idleForInference.FindIndex(s => s.Threads == threads);
            session = fitting < 0 ? null : idleForInference[fitting];
            idleForInference.RemoveAll(s => s == session || s.Threads != threads);
        }

        session ??= new InferenceSession(Plan, threads, Return);
        session.Read(parameters);
        return session;
    }

    /// <summary>Computes the activations and keeps them for <see cref="Resume"/>, unless too many other calls wait too.</summary>
    public Tensor Forward(NetworkCall call, Tensor images, Tensor[] parameters)
    {
        KernelSession session = Rent((int)images.shape[0]);
        Tensor logits = Forward(session, images, parameters);
        lock (idle)
        {
            call.Session = session;
            waiting.Add(call);
        }

        return logits;
    }

    /// <summary>Gradients of the images (null unless they require one) and of the parameters (null for those which require none).</summary>
    public List<Tensor?> Backward(NetworkCall call, Tensor images, Tensor[] parameters, Tensor logitGradients)
    {
        KernelSession session = Resume(call, images, parameters);
        using Tensor gradient = logitGradients.contiguous();
        CopyRows((float*)gradient.Address(), Plan.Shape.Classes, session.Workspace.LogitGradients, session.Workspace.LogitStride, session.Workspace.Count);
        Tensor? imageGradient = images.requires_grad ? empty(images.shape, ScalarType.Float32, CPU) : null;
        session.Workspace.Run(
            CnnPass.Backward, session.Weights, images: null, session.Workspace.Count,
            imageGradients: imageGradient is null ? null : (float*)imageGradient.Address());
        Tensor[] gradients = [.. parameters.Select(p => empty_like(p))];
        session.Backward.Run(session.Workspace, session.Gradients);
        session.Gradients.Unpack([.. gradients.Select(g => g.Address())], session.Threads);
        Return(session);
        return [imageGradient, .. gradients.Select((g, i) => parameters[i].requires_grad ? g : null)];
    }

    private Tensor Forward(KernelSession session, Tensor images, Tensor[] parameters)
    {
        using Tensor input = images.contiguous();
        int count = (int)images.shape[0];
        session.Weights.Pack([.. parameters.Select(p => p.Address())], session.Threads);
        session.Workspace.Run(CnnPass.Forward, session.Weights, ImagesOf(input), count);
        Tensor logits = empty([count, Plan.Shape.Classes], ScalarType.Float32, CPU);
        CopyRows(session.Workspace.Logits, session.Workspace.LogitStride, (float*)logits.Address(), Plan.Shape.Classes, count);
        return logits;
    }

    private KernelSession Resume(NetworkCall call, Tensor images, Tensor[] parameters)
    {
        lock (idle)
        {
            if (call.Session is { } kept)
            {
                call.Session = null;
                waiting.Remove(call);
                return kept;
            }
        }

        KernelSession session = Rent((int)images.shape[0]);
        Forward(session, images, parameters).Dispose();
        return session;
    }

    private KernelSession Rent(int count)
    {
        int threads = get_num_threads();
        lock (idle)
        {
            int fitting = idle.FindIndex(s => s.Threads == threads && s.Capacity >= count);
            if (fitting >= 0)
            {
                KernelSession session = idle[fitting];
                idle.RemoveAt(fitting);
                return session;
            }

            idle.Clear();
            if (waiting.Count >= MostWaiting)
            {
                NetworkCall oldest = waiting[0];
                waiting.RemoveAt(0);
                (KernelSession taken, oldest.Session) = (oldest.Session!, null);
                if (taken.Threads == threads && taken.Capacity >= count)
                {
                    return taken;
                }
            }
        }

        return new KernelSession(Plan, count, threads);
    }

    private void Return(InferenceSession session)
    {
        lock (idle)
        {
            idleForInference.Add(session);
        }
    }

    private void Return(KernelSession session)
    {
        lock (idle)
        {
            idle.Add(session);
        }
    }

    private TensorImages ImagesOf(Tensor contiguous) => new((float*)contiguous.Address(), Plan.Shape.Convolutions[0].InputLength);

    private void CopyRows(float* source, int sourceStride, float* destination, int destinationStride, int rows)
    {
        for (nint r = 0; r < rows; r++)
        {
            new ReadOnlySpan<float>(source + (r * sourceStride), Plan.Shape.Classes).CopyTo(new Span<float>(destination + (r * destinationStride), Plan.Shape.Classes));
        }
    }
}
