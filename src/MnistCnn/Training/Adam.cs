using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>
/// Adam (Kingma and Ba, 2015) and AdamW (Loshchilov and Hutter, 2019) as in PyTorch, in one pass over weights, gradients and moments, with SIMD and on all of torch's threads, where those are float32
/// on the CPU; elsewhere with torch's operations. The results do not depend on the number of threads. The default of the <see cref="Trainer"/>.
/// </summary>
/// <remarks>
/// The saved state has the format of TorchSharp's own Adam: either loads what the other saved. Moments below 1e-30 (second: 1e-36) become zero.
/// Not thread-safe.
/// </remarks>
public sealed class Adam : TorchSharp.Modules.Adam
{
    private readonly AdamJob job = new();
    private readonly double decoupledDecay;

    /// <summary>Creates an optimizer, with moments on the device of the parameters.</summary>
    /// <param name="parameters">What to optimize.</param>
    /// <param name="learningRate">0 or more; 0.001 by default.</param>
    /// <param name="beta1">Decay of the mean of the gradients, 0 to below 1; 0.9 by default.</param>
    /// <param name="beta2">Decay of the mean of their squares, 0 to below 1; 0.999 by default.</param>
    /// <param name="epsilon">Added to the root of the latter, 0 or more; 1e-8 by default.</param>
    /// <param name="weightDecay">0 or more; 0 by default.</param>
    /// <param name="decoupled">Whether the weights decay by themselves, as in AdamW, instead of through the gradient.</param>
    /// <exception cref="ArgumentException">A number outside its range.</exception>
    public Adam(
        IEnumerable<Parameter> parameters, double learningRate = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0, bool decoupled = false)
        : base([.. parameters], learningRate, beta1, beta2, epsilon, decoupled ? 0 : weightDecay)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(weightDecay);
        decoupledDecay = decoupled ? weightDecay : 0;
    }

    /// <inheritdoc/>
    public override Tensor? step(Func<Tensor>? closure = null)
    {
        Tensor? loss = null;
        if (closure is not null)
        {
            using IDisposable gradients = enable_grad();
            loss = closure();
        }

        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        foreach (TorchSharp.Modules.ParamGroup group in _parameter_groups)
        {
            if (!((Options)group.Options).amsgrad!.Value && !((Options)group.Options).maximize!.Value && group.Parameters.All(IsForKernels))
            {
                job.Run(Blocks(group), get_num_threads());
            }
            else
            {
                StepOverTorch(group);
            }
        }

        return loss;
    }

    /// <summary>The constants of the next step of parameters that are all of the only group and have had equally many steps; it counts as made.</summary>
    /// <param name="learningRate">The learning rate of the group from this step on.</param>
    /// <param name="states">Of the parameters, by <see cref="StateOf"/>.</param>
    internal Kernels.AdamStep NextStep(double learningRate, ReadOnlySpan<State> states)
    {
        TorchSharp.Modules.ParamGroup group = _parameter_groups.Single();
        group.LearningRate = learningRate;
        foreach (State state in states)
        {
            state.step++;
        }

        return StepOf(group, states[0]);
    }

    internal State StateOf(Parameter parameter) => (State)_state[parameter.Handle];

    private static bool IsForKernels(Parameter parameter) => parameter.grad is not { } gradient || (gradient.IsForKernels() && parameter.IsForKernels());

    private IEnumerable<AdamBlock> Blocks(TorchSharp.Modules.ParamGroup group)
    {
        foreach (Parameter parameter in group.Parameters)
        {
            if (parameter.grad is { } gradient)
            {
                State state = StateOf(parameter);
                state.step++;
                yield return new AdamBlock(parameter.Address(), gradient.Address(), state.exp_avg.Address(), state.exp_avg_sq.Address(), (int)parameter.numel(), StepOf(group, state));
            }
        }
    }

    private Kernels.AdamStep StepOf(TorchSharp.Modules.ParamGroup group, State state)
    {
        Options options = (Options)group.Options;
        double decay = decoupledDecay > 0 ? decoupledDecay : options.weight_decay!.Value;
        return Kernels.AdamStep.Create(options.LearningRate!.Value, options.beta1!.Value, options.beta2!.Value, options.eps!.Value, decay, decoupledDecay > 0, state.step);
    }

    private void StepOverTorch(TorchSharp.Modules.ParamGroup group)
    {
        double rate = group.LearningRate;
        foreach (Parameter parameter in group.Parameters.Where(p => decoupledDecay > 0 && p.grad is not null))
        {
            parameter.mul_(1 - (rate * decoupledDecay));
        }

        IList<TorchSharp.Modules.ParamGroup> all = _parameter_groups;
        _parameter_groups = [group];
        try
        {
            base.step();
        }
        finally
        {
            _parameter_groups = all;
        }
    }
}
