using System.Runtime.InteropServices;
using MnistCnn.Engine;
using MnistCnn.Kernels;
using MnistCnn.Networks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistCnn.Models;

/// <summary>
/// A module that the engine runs in place of its layers: the plan of its network, and its parameters. Thread-safe while the module is not changed.
/// </summary>
internal sealed class EngineModule
{
    private static readonly ConditionalWeakTable<nn.Module, EngineModule> Known = [];
    private readonly nn.Module<Tensor, Tensor> module;
    private readonly IReadOnlyList<nn.Module<Tensor, Tensor>> layers, around;
    private readonly PredictionNetwork prediction;
    private readonly NetworkPlan predictionPlan;
    private readonly List<InferenceSession> idle = [];

    private EngineModule(nn.Module<Tensor, Tensor> module, IReadOnlyList<nn.Module<Tensor, Tensor>> layers, IReadOnlyList<nn.Module<Tensor, Tensor>> around,
        NetworkPlan plan)
    {
        (this.module, this.layers, this.around, Plan, prediction) = (module, layers, around, plan, new PredictionNetwork(plan.Description));
        predictionPlan = prediction.Network == plan.Description ? plan : new NetworkPlan(prediction.Network, plan.Simd);
    }

    /// <summary>The network as it is trained.</summary>
    public NetworkPlan Plan { get; }

    /// <summary>The parameters as they are now, in the order of the plan.</summary>
    public Parameter[] Parameters => [.. layers.SelectMany(LayerModules.ParametersOf)];

    /// <summary>Reads a module; what was read is kept as long as the module lives.</summary>
    /// <param name="module">The module.</param>
    /// <param name="input">One image.</param>
    /// <param name="training">Whether to train it, else to predict.</param>
    /// <param name="reason">Where the engine cannot run the module now, why; else null.</param>
    /// <returns>Null where the engine cannot run it at all.</returns>
    public static EngineModule? Of(nn.Module<Tensor, Tensor> module, MapShape input, bool training, out string? reason)
    {
        List<nn.Module<Tensor, Tensor>> around = [];
        if (ModuleLayers.Find(module, around) is not { } layers)
        {
            reason = $"{module.GetType().Name} does not say of which layers it is made";
            return null;
        }

        if (!Known.TryGetValue(module, out EngineModule? engine) || engine.Plan.Description.Input != input || !engine.layers.SequenceEqual(layers)
            || engine.Change() is not null)
        {
            engine = Read(module, layers, around, input, out reason);
            Known.Remove(module);
            if (engine is null)
            {
                return null;
            }

            Known.AddOrUpdate(module, engine);
        }

        reason = engine.Obstacle(training);
        return engine;
    }

    /// <summary>The same over other kernels.</summary>
    public EngineModule With(SimdKernels simd) => new(module, layers, around, new NetworkPlan(Plan.Description, simd));

    /// <summary>Why the engine may not stand for the layers as they are now; null where it may.</summary>
    /// <param name="training">Whether to train them, else to predict.</param>
    public string? Obstacle(bool training)
    {
        if (!SimdKernels.IsAccelerated)
        {
            return "this processor has no fused multiply-add";
        }

        if (module is CnnClassifier { Options.UseKernels: false })
        {
            return $"{nameof(CnnClassifierOptions)}.{nameof(CnnClassifierOptions.UseKernels)} is false";
        }

        if (Parameters.FirstOrDefault(parameter => !parameter.IsForKernels()) is { } other)
        {
            return $"a parameter is {other.dtype} on {other.device}, not Float32 on the CPU";
        }

        if (layers.Concat(around).FirstOrDefault(LayerHooks.Any) is { } hooked)
        {
            return $"a layer of type {hooked.GetType().Name} has hooks";
        }

        return layers.FirstOrDefault(layer => layer is NormBase or TorchSharp.Modules.Dropout or Dropout2d && layer.training != training) is { } still
            ? $"a layer of type {still.GetType().Name} is in {(training ? "eval" : "training")} mode"
            : Change();
    }

    /// <summary>The output of the module for images; null where the engine may not compute it, or where gradients are recorded.</summary>
    /// <param name="images">[N, C, H, W].</param>
    public unsafe Tensor? TryForward(Tensor images)
    {
        bool wantsGradients = is_grad_enabled() && (images.requires_grad || Parameters.Any(parameter => parameter.requires_grad));
        if (wantsGradients || images.dtype != ScalarType.Float32 || images.device_type != DeviceType.CPU || Obstacle(training: false) is not null)
        {
            return null;
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor input = images.permute(0, 2, 3, 1).contiguous();
        float* address = (float*)input.Address();
        int length = Plan.Description.Input.Length;
        using InferenceSession session = StartInference(get_num_threads());
        return session.Forward((first, count, destination) =>
            new ReadOnlySpan<float>(address + (nint)first * length, count * length).CopyTo(new Span<float>(destination, count * length)), (int)images.shape[0])
            .MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Forward passes without gradients, with the parameters as they are now. Memory is pooled: a repeated call allocates nothing but its results.
    /// </summary>
    public InferenceSession StartInference(int threads)
    {
        InferenceSession? session;
        lock (idle)
        {
            int fitting = idle.FindIndex(s => s.Threads == threads);
            session = fitting < 0 ? null : idle[fitting];
            idle.RemoveAll(s => s == session || s.Threads != threads);
        }

        session ??= new InferenceSession(predictionPlan, threads, Return);
        if (prediction.IsTrained)
        {
            session.Read([.. Parameters.Select(parameter => parameter.Address())]);
        }
        else
        {
            session.Read(prediction.Parameters(StateReader()));
        }

        return session;
    }

    /// <summary>
    /// Takes what a training pass found of its batch into the running statistics of the layers that keep them. Source: PyTorch's <c>BatchNorm2d</c>.
    /// </summary>
    public unsafe void FollowStatistics(TrainingPass pass)
    {
        int l = 0;
        foreach (NormBase module in layers.OfType<NormBase>())
        {
            while (Plan.Layers[l] is not BatchNormalization)
            {
                l++;
            }

            int channels = (int)module.num_features;
            double[] mean = new double[channels], variance = new double[channels];
            long count = pass.ReadStatistics(l++, mean, variance);
            module.num_batches_tracked!.add_(1);
            double share = module.momentum ?? 1 / module.num_batches_tracked.to(ScalarType.Float64).item<double>();
            float* runningMean = (float*)module.running_mean!.Address(), runningVariance = (float*)module.running_var!.Address();
            for (int c = 0; c < channels; c++)
            {
                runningMean[c] = (float)((1 - share) * runningMean[c] + share * mean[c]);
                runningVariance[c] = (float)((1 - share) * runningVariance[c] + share * variance[c] * count / (count - 1));
            }
        }
    }

    private static EngineModule? Read(
        nn.Module<Tensor, Tensor> module, IReadOnlyList<nn.Module<Tensor, Tensor>> layers, IReadOnlyList<nn.Module<Tensor, Tensor>> around, MapShape input,
        out string? reason)
    {
        if (ModuleLayers.Describe(module, layers, input, out reason) is not { } network)
        {
            return null;
        }

        if (module is IDescribesNetwork and not CnnClassifier && !ModuleLayers.AgreeWithForward(module, layers, input))
        {
            reason = $"the layers that {module.GetType().Name} describes give another output than its forward";
            return null;
        }

        try
        {
            return new(module, layers, around, new NetworkPlan(network));
        }
        catch (OverflowException)
        {
            reason = "it is larger than the engine can address";
            return null;
        }
        catch (NotSupportedException e)
        {
            reason = e.Message;
            return null;
        }
    }

    /// <summary>What was set on a layer since it was read; null where nothing was.</summary>
    private string? Change()
    {
        for (int i = 0; i < layers.Count; i++)
        {
            LayerDescription read = Plan.Description.Layers[i];
            if (LayerModules.Describe(read.Name, layers[i], out _) != read)
            {
                return $"layer '{read.Name}' is no longer what it was";
            }
        }

        return null;
    }

    /// <summary>Parameters and buffers by name.</summary>
    private Func<string, float[]> StateReader()
    {
        Dictionary<string, Tensor> state = new(StringComparer.Ordinal);
        foreach ((LayerDescription layer, nn.Module<Tensor, Tensor> module) in Plan.Description.Layers.Zip(layers))
        {
            IEnumerable<Tensor> tensors = module is NormBase norm ? [norm.weight!, norm.bias!, norm.running_mean!, norm.running_var!]
                : LayerModules.ParametersOf(module);
            foreach ((ParameterDescription description, Tensor tensor) in layer.Parameters.Concat(layer.Buffers).Zip(tensors))
            {
                state.Add(description.Name, tensor);
            }
        }

        return name => MemoryMarshal.Cast<byte, float>(state[name].bytes).ToArray();
    }

    private void Return(InferenceSession session)
    {
        lock (idle)
        {
            idle.Add(session);
        }
    }
}
