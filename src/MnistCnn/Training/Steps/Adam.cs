using MnistCnn.Engine;
using MnistCnn.Kernels;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>
/// Adam (Kingma and Ba, 2015) and AdamW (Loshchilov and Hutter, 2019) as in PyTorch, in one pass over weights, gradients and moments, with SIMD and on all of
/// torch's threads, where those are float32 on the CPU; elsewhere with torch's operations. The results do not depend on the number of threads. The default of
/// the <see cref="Trainer"/>.
/// </summary>
/// <remarks>
/// The saved state has the format of TorchSharp's own Adam: either loads what the other saved. Moments below 1e-30 (second: 1e-36) become zero.
/// Not thread-safe.
/// </remarks>
public sealed class Adam : TorchSharp.Modules.Adam
{
    private const int PieceLength = 1 << 14;

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
        IEnumerable<Parameter> parameters, double learningRate = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0,
            bool decoupled = false)
        : base([.. parameters], learningRate, beta1, beta2, epsilon, decoupled ? 0 : weightDecay)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(weightDecay);
        DecoupledDecay = decoupled ? weightDecay : 0;
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
                Update(group);
            }
            else
            {
                StepOverTorch(group);
            }
        }

        return loss;
    }

    /// <summary>The weight decay that the moments do not see; 0 where the decay is part of the gradient.</summary>
    internal double DecoupledDecay { get; }

    private static bool IsForKernels(Parameter parameter) => parameter.grad is not { } gradient || (gradient.IsForKernels() && parameter.IsForKernels());

    private unsafe void Update(TorchSharp.Modules.ParamGroup group)
    {
        List<(nint[] Addresses, int Start, int Length, AdamConstants Constants)> pieces = [];
        Options options = (Options)group.Options;
        AdamSettings settings = new(options.beta1!.Value, options.beta2!.Value, options.eps!.Value,
            DecoupledDecay > 0 ? DecoupledDecay : options.weight_decay!.Value, DecoupledDecay > 0);
        foreach (Parameter parameter in group.Parameters)
        {
            if (parameter.grad is not { } gradient)
            {
                continue;
            }

            State state = (State)_state[parameter.Handle];
            AdamConstants constants = AdamConstants.Create(settings, options.LearningRate!.Value, ++state.step);
            nint[] addresses = [parameter.Address(), gradient.Address(), state.exp_avg.Address(), state.exp_avg_sq.Address()];
            int length = checked((int)parameter.numel());
            for (int start = 0; start < length; start += PieceLength)
            {
                pieces.Add((addresses, start, Math.Min(PieceLength, length - start), constants));
            }
        }

        ThreadTeam.Run(get_num_threads(), [pieces.Count], item =>
        {
            (nint[] addresses, int start, int length, AdamConstants constants) = pieces[item.Index];
            Elementwise.Adam((float*)addresses[0] + start, (float*)addresses[1] + start, (float*)addresses[2] + start, (float*)addresses[3] + start, length,
                constants);
        });
    }

    private void StepOverTorch(TorchSharp.Modules.ParamGroup group)
    {
        double rate = group.LearningRate;
        foreach (Parameter parameter in group.Parameters.Where(p => DecoupledDecay > 0 && p.grad is not null))
        {
            parameter.mul_(1 - rate * DecoupledDecay);
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
