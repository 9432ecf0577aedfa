using MnistCnn.Engine;
using MnistCnn.Kernels;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>
/// An optimizer whose updates the engine computes, on flat buffers. The optimizer's own tensors are written before they are saved, and read after they were
/// loaded: the saved state has the optimizer's own format.
/// </summary>
internal abstract unsafe class FlatOptimizer : IDisposable
{
    private readonly RunOptimizer optimizer;
    private readonly IReadOnlyList<Parameter> parameters;
    private readonly int threads;

    /// <param name="optimizer">The optimizer.</param>
    /// <param name="plan">The network.</param>
    /// <param name="parameters">Its parameters, in the order of the plan.</param>
    /// <param name="threads">Threads to use.</param>
    /// <param name="moments">How many numbers the optimizer keeps of each weight.</param>
    protected FlatOptimizer(RunOptimizer optimizer, NetworkPlan plan, IReadOnlyList<Parameter> parameters, int threads, int moments)
    {
        (this.optimizer, this.parameters, this.threads) = (optimizer, parameters, threads);
        Moments = [.. Enumerable.Range(0, moments).Select(_ => new ParameterBuffer(plan))];
        Slots = moments > 0 ? Find() : [];
        CopyMoments(packing: true);
    }

    /// <summary>Whether <see cref="Update"/> reads and writes the model's parameters in place of the engine's weights.</summary>
    public virtual bool UpdatesTensors => false;

    /// <summary>What the optimizer keeps of the weights.</summary>
    protected ParameterBuffer[] Moments { get; }

    /// <summary>Of each parameter its group and its state; null where it is in no group.</summary>
    protected (ParamGroup Group, OptimizerState State)?[] Slots { get; }

    /// <summary>An optimizer as the options ask for it: on flat buffers if it is one that the engine knows, else over <c>parameter.grad</c>.</summary>
    public static FlatOptimizer Create(NetworkPlan plan, IReadOnlyList<Parameter> parameters, TrainerOptions options, int threads)
    {
        RunOptimizer optimizer = new(parameters, options);
        return AdamUpdate.Knows(optimizer) ? new AdamUpdate(optimizer, plan, parameters, threads)
            : SgdUpdate.Knows(optimizer) ? new SgdUpdate(optimizer, plan, parameters, threads)
            : new TensorUpdate(optimizer, plan, parameters, threads);
    }

    /// <summary>Updates the weights.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="gradients">Their gradients.</param>
    /// <param name="isTrained">Of each parameter, whether it takes part.</param>
    /// <param name="learningRate">Of this update.</param>
    public virtual void Update(NetworkWeights weights, ParameterBuffer gradients, bool[] isTrained, double learningRate)
    {
        optimizer.SetLearningRate(learningRate);
        Action<ParameterPiece>?[] updates = [.. Slots.Select((slot, i) => slot is var (group, state) && isTrained[i]
            ? UpdateOf(group, state, weights.Values, gradients) : null)];
        weights.Refresh(threads, piece => updates[piece.Slot]?.Invoke(piece));
    }

    public void Save(BinaryWriter writer)
    {
        CopyMoments(packing: false);
        optimizer.Save(writer);
    }

    public void Load(BinaryReader reader)
    {
        optimizer.Load(reader);
        CopyMoments(packing: true);
    }

    public virtual void Dispose() => optimizer.Dispose();

    /// <summary>What this step does to a piece of a parameter.</summary>
    protected virtual Action<ParameterPiece>? UpdateOf(ParamGroup group, OptimizerState state, ParameterBuffer weights, ParameterBuffer gradients) => null;

    /// <summary>The optimizer's own tensor for a moment of a parameter; null where it has none, which counts as zero.</summary>
    protected virtual Tensor? MomentOf(Parameter parameter, ParamGroup group, OptimizerState state, int moment, bool create) => null;

    private void CopyMoments(bool packing)
    {
        for (int m = 0; m < Moments.Length; m++)
        {
            nint[] addresses = [.. Slots.Select((slot, i) => slot is var (group, state)
                ? MomentOf(parameters[i], group, state, m, create: !packing)?.Address() ?? 0 : 0)];
            if (packing)
            {
                Moments[m].Span.Clear();
                Moments[m].Pack(addresses, threads);
            }
            else
            {
                Moments[m].Unpack(addresses, threads);
            }
        }
    }

    private (ParamGroup Group, OptimizerState State)?[] Find()
    {
        OptimizerHelper.StateDictionary states = ((OptimizerHelper)optimizer.Optimizer).state_dict();
        Dictionary<IntPtr, (ParamGroup, OptimizerState)> found = [];
        foreach ((ParamGroup group, Parameter parameter) in optimizer.Groups.SelectMany(group => group.Parameters.Select(parameter => (group, parameter))))
        {
            found[parameter.Handle] = (group, states.State[found.Count]);
        }

        return [.. parameters.Select(parameter => found.TryGetValue(parameter.Handle, out (ParamGroup, OptimizerState) pair) ? pair
            : ((ParamGroup, OptimizerState)?)null)];
    }

    /// <summary>Adam and AdamW: this library's own, and TorchSharp's without AMSGrad and not maximizing.</summary>
    private sealed class AdamUpdate(RunOptimizer optimizer, NetworkPlan plan, IReadOnlyList<Parameter> parameters, int threads)
        : FlatOptimizer(optimizer, plan, parameters, threads, moments: 2)
    {
        public static bool Knows(RunOptimizer optimizer) =>
            (optimizer.Optimizer is Adam || optimizer.Optimizer.GetType() == typeof(TorchSharp.Modules.Adam) || optimizer.Optimizer.GetType() == typeof(AdamW))
            && optimizer.Groups.All(group => group.Options
                is TorchSharp.Modules.Adam.Options { amsgrad: false, maximize: false } or AdamW.Options { amsgrad: false, maximize: false });

        protected override Action<ParameterPiece> UpdateOf(ParamGroup group, OptimizerState state, ParameterBuffer weights, ParameterBuffer gradients)
        {
            long step = state switch
            {
                TorchSharp.Modules.Adam.State adam => ++adam.step,
                _ => ++((AdamW.State)state).step,
            };
            AdamConstants constants = AdamConstants.Create(SettingsOf(group), group.LearningRate, step);
            return piece => Elementwise.Adam(
                weights.Pointer + piece.Start, gradients.Pointer + piece.Start, Moments[0].Pointer + piece.Start, Moments[1].Pointer + piece.Start,
                piece.Length, constants);
        }

        protected override Tensor MomentOf(Parameter parameter, ParamGroup group, OptimizerState state, int moment, bool create) => state switch
        {
            TorchSharp.Modules.Adam.State adam => moment == 0 ? adam.exp_avg : adam.exp_avg_sq,
            _ => moment == 0 ? ((AdamW.State)state).exp_avg : ((AdamW.State)state).exp_avg_sq,
        };

        private AdamSettings SettingsOf(ParamGroup group) => group.Options switch
        {
            TorchSharp.Modules.Adam.Options o when optimizer.Optimizer is Adam { DecoupledDecay: > 0 and var decay } =>
                new(o.beta1!.Value, o.beta2!.Value, o.eps!.Value, decay, IsDecoupled: true),
            TorchSharp.Modules.Adam.Options o => new(o.beta1!.Value, o.beta2!.Value, o.eps!.Value, o.weight_decay!.Value, IsDecoupled: false),
            AdamW.Options o => new(o.beta1!.Value, o.beta2!.Value, o.eps!.Value, o.weight_decay!.Value, IsDecoupled: true),
            _ => throw new InvalidOperationException($"Optimizer: expected the settings of Adam, found {group.Options.GetType()}."),
        };
    }

    /// <summary>TorchSharp's SGD: with and without momentum, Nesterov's too, without dampening and not maximizing.</summary>
    private sealed class SgdUpdate(RunOptimizer optimizer, NetworkPlan plan, IReadOnlyList<Parameter> parameters, int threads)
        : FlatOptimizer(optimizer, plan, parameters, threads, moments: 1)
    {
        public static bool Knows(RunOptimizer optimizer) =>
            optimizer.Optimizer.GetType() == typeof(SGD) && optimizer.Groups.All(group => group.Options is SGD.Options { dampening: 0, maximize: false });

        protected override Action<ParameterPiece> UpdateOf(ParamGroup group, OptimizerState state, ParameterBuffer weights, ParameterBuffer gradients)
        {
            SGD.Options options = (SGD.Options)group.Options;
            SgdConstants constants = new((float)group.LearningRate, (float)options.momentum!.Value, options.nesterov!.Value,
                (float)options.weight_decay!.Value);
            return piece => Elementwise.Sgd(weights.Pointer + piece.Start, gradients.Pointer + piece.Start, Moments[0].Pointer + piece.Start, piece.Length,
                constants);
        }

        protected override Tensor? MomentOf(Parameter parameter, ParamGroup group, OptimizerState state, int moment, bool create)
        {
            SGD.State velocity = (SGD.State)state;
            if (create && group.Options is SGD.Options { momentum: > 0 })
            {
                velocity.momentum_buffer ??= zeros_like(parameter).DetachFromDisposeScope();
            }

            return velocity.momentum_buffer;
        }
    }

    /// <summary>Any other optimizer: it works on the parameters themselves, with the gradients of the engine in <c>parameter.grad</c>.</summary>
    private sealed class TensorUpdate(RunOptimizer optimizer, NetworkPlan plan, IReadOnlyList<Parameter> parameters, int threads)
        : FlatOptimizer(optimizer, plan, parameters, threads, moments: 0)
    {
        private readonly GradientTensors tensors = new(parameters, threads);

        public override bool UpdatesTensors => true;

        public override void Update(NetworkWeights weights, ParameterBuffer gradients, bool[] isTrained, double learningRate)
        {
            tensors.Show(gradients, isTrained);
            optimizer.Step(learningRate);
            tensors.Hide();
        }

        public override void Dispose()
        {
            tensors.Dispose();
            base.Dispose();
        }
    }
}
