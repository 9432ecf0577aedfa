using MnistCnn.Engine;
using MnistCnn.Kernels;
using MnistCnn.Networks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistCnn.Models;

/// <summary>A module that the engine runs in place of its layers: the plan of its network, and its parameters. Thread-safe as long as nobody changes the module.</summary>
internal sealed class EngineModule
{
    private static readonly ConditionalWeakTable<nn.Module, EngineModule> known = [];
    private readonly nn.Module<Tensor, Tensor> module;
    private readonly IReadOnlyList<nn.Module<Tensor, Tensor>> layers;
    private readonly List<InferenceSession> idle = [];

    private EngineModule(nn.Module<Tensor, Tensor> module, IReadOnlyList<nn.Module<Tensor, Tensor>> layers, NetworkPlan plan) => (this.module, this.layers, Plan) = (module, layers, plan);

    public NetworkPlan Plan { get; }

    /// <summary>The parameters as they are now, in the order of the plan.</summary>
    public Parameter[] Parameters => [.. layers.SelectMany(LayerModules.ParametersOf)];

    /// <summary>Reads a module; what was read is kept as long as the module lives.</summary>
    /// <param name="module">The module.</param>
    /// <param name="input">One image.</param>
    /// <param name="reason">Where the engine cannot run the module now, why; else null.</param>
    /// <returns>Null where the engine cannot run it at all.</returns>
    public static EngineModule? Of(nn.Module<Tensor, Tensor> module, MapShape input, out string? reason)
    {
        if (module is not ILayerChain chain)
        {
            reason = $"{module.GetType().Name} does not say of which layers it is made";
            return null;
        }

        if (!known.TryGetValue(module, out EngineModule? engine) || engine.Plan.Description.Input != input || !engine.layers.SequenceEqual(chain.Layers.Select(layer => layer.Module)))
        {
            engine = Read(module, chain, input, out reason);
            known.Remove(module);
            if (engine is null)
            {
                return null;
            }

            known.AddOrUpdate(module, engine);
        }

        reason = engine.Obstacle();
        return engine;
    }

    /// <summary>The same over other kernels.</summary>
    public EngineModule With(SimdKernels simd) => new(module, layers, new NetworkPlan(Plan.Description, simd));

    private static EngineModule? Read(nn.Module<Tensor, Tensor> module, ILayerChain chain, MapShape input, out string? reason)
    {
        reason = null;
        List<LayerDescription> descriptions = [];
        foreach ((string name, nn.Module<Tensor, Tensor> layer) in chain.Layers)
        {
            if (LayerModules.Describe(name, layer, out reason) is not { } description)
            {
                return null;
            }

            descriptions.Add(description);
        }

        try
        {
            return new(module, [.. chain.Layers.Select(layer => layer.Module)], new NetworkPlan(new NetworkDescription(input, descriptions)));
        }
        catch (OverflowException)
        {
            reason = "it is larger than the engine can address";
            return null;
        }
    }

    /// <summary>Why the engine may not stand for the layers as they are now; null where it may.</summary>
    public string? Obstacle()
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

        return layers.FirstOrDefault(LayerHooks.Any) is { } hooked ? $"a layer of type {hooked.GetType().Name} has hooks" : null;
    }

    /// <summary>The output of the module for images; null where the engine may not compute it, or where somebody wants gradients.</summary>
    /// <param name="images">[N, C, H, W].</param>
    public unsafe Tensor? TryForward(Tensor images)
    {
        bool wantsGradients = is_grad_enabled() && (images.requires_grad || Parameters.Any(parameter => parameter.requires_grad));
        if (wantsGradients || images.dtype != ScalarType.Float32 || images.device_type != DeviceType.CPU || Obstacle() is not null)
        {
            return null;
        }

        using Tensor input = images.contiguous();
        float* address = (float*)input.Address();
        int length = Plan.Description.Input.Length;
        using InferenceSession session = StartInference(get_num_threads());
        return session.Forward((first, count, destination) => new ReadOnlySpan<float>(address + (nint)first * length, count * length).CopyTo(new Span<float>(destination, count * length)), (int)images.shape[0]);
    }

    /// <summary>Forward passes without gradients, with the parameters as they are now. Memory is pooled: a repeated call allocates nothing but its results.</summary>
    public InferenceSession StartInference(int threads)
    {
        InferenceSession? session;
        lock (idle)
        {
            int fitting = idle.FindIndex(s => s.Threads == threads);
            session = fitting < 0 ? null : idle[fitting];
            idle.RemoveAll(s => s == session || s.Threads != threads);
        }

        session ??= new InferenceSession(Plan, threads, Return);
        session.Read(Parameters);
        return session;
    }

    private void Return(InferenceSession session)
    {
        lock (idle)
        {
            idle.Add(session);
        }
    }
}
