using MnistCnn.Engine;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>
/// Puts the engine's gradients into <c>parameter.grad</c>, in tensors that serve step after step: new memory for each would cost more than the numbers.
/// </summary>
/// <param name="parameters">In the order of the plan.</param>
/// <param name="threads">Threads to use.</param>
internal sealed class GradientTensors(IReadOnlyList<Parameter> parameters, int threads) : IDisposable
{
    private readonly Tensor[] tensors = [.. parameters.Select(parameter => empty(parameter.shape, ScalarType.Float32).DetachFromDisposeScope())];

    /// <summary>Reads what <c>parameter.grad</c> holds now.</summary>
    /// <param name="parameters">In the order of the plan.</param>
    /// <param name="gradients">Receives it.</param>
    /// <param name="isTrained">Receives which parameters have a gradient.</param>
    /// <param name="threads">Threads to use.</param>
    public static void Read(IReadOnlyList<Parameter> parameters, ParameterBuffer gradients, bool[] isTrained, int threads)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        nint[] addresses = new nint[isTrained.Length];
        for (int i = 0; i < addresses.Length; i++)
        {
            Tensor? gradient = parameters[i].grad;
            isTrained[i] = gradient is not null;
            addresses[i] = gradient is null ? 0 : (gradient.IsForKernels() ? gradient : gradient.to_type(ScalarType.Float32).cpu().contiguous()).Address();
        }

        gradients.Pack(addresses, threads);
    }

    /// <summary>Writes gradients.</summary>
    /// <param name="gradients">The gradients.</param>
    /// <param name="isTrained">Of each parameter, whether it has one.</param>
    public void Show(ParameterBuffer gradients, bool[] isTrained)
    {
        gradients.Unpack([.. tensors.Select((tensor, i) => isTrained[i] ? tensor.Address() : 0)], threads);
        for (int i = 0; i < tensors.Length; i++)
        {
            parameters[i].grad = isTrained[i] ? tensors[i] : null;
        }
    }

    public void Hide() => TensorGradients.Forget(parameters);

    public void Dispose()
    {
        Hide();
        Array.ForEach(tensors, tensor => tensor.Dispose());
    }
}
