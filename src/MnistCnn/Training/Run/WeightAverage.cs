using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>
/// An exponential moving average of a model's weights. While it is swapped in, the model has the average and this object keeps the weights that are trained.
/// </summary>
internal sealed class WeightAverage(nn.Module<Tensor, Tensor> model, double decay) : IDisposable
{
    /// <summary>The average follows the weights at every so many steps: as good, and nearly free.</summary>
    public const int EverySteps = 8;

    private (string Name, Tensor Value)[] kept = [];

    /// <summary>The values that the model does not have now, by name; empty before the first update.</summary>
    public IReadOnlyList<(string Name, Tensor Value)> Kept => kept;

    public bool IsInModel { get; private set; }

    /// <summary>Follows the weights after the update of a step, if it is one of <see cref="EverySteps"/>.</summary>
    /// <param name="step">1-based step since the beginning of the run.</param>
    /// <param name="exposeWeights">Writes the weights to the model's parameters.</param>
    public void Follow(long step, Action exposeWeights)
    {
        if (step % EverySteps != 0)
        {
            return;
        }

        exposeWeights();
        if (kept.Length == 0)
        {
            kept = Copies();
            return;
        }

        double keep = Math.Pow(Math.Min(decay, (1.0 + step) / (10 + step)), EverySteps);
        using IDisposable noGradient = no_grad();
        using Tensor weight = tensor((float)(1 - keep), device: kept[0].Value.device);
        foreach ((Tensor average, Parameter parameter) in kept.Zip(model.parameters(), (k, p) => (k.Value, p)))
        {
            average.lerp_(parameter, weight);
        }
    }

    public void SwapIn()
    {
        if (!IsInModel && kept.Length > 0)
        {
            Swap();
        }
    }

    public void SwapOut()
    {
        if (IsInModel)
        {
            Swap();
        }
    }

    /// <summary>Goes on from averages that were saved, copied by name.</summary>
    public void Restore(IReadOnlyDictionary<string, Tensor> averages)
    {
        Dispose();
        kept = Copies();
        foreach ((string name, Tensor value) in kept)
        {
            value.copy_(averages[name]);
        }
    }

    public void Dispose()
    {
        foreach ((_, Tensor value) in kept)
        {
            value.Dispose();
        }

        kept = [];
    }

    private (string, Tensor)[] Copies() => [.. model.named_parameters().Select(p => (p.name, p.parameter.detach().clone().DetachFromDisposeScope()))];

    private void Swap()
    {
        using IDisposable noGradient = no_grad();
        foreach ((Tensor value, Parameter parameter) in kept.Zip(model.parameters(), (k, p) => (k.Value, p)))
        {
            using Tensor former = parameter.clone();
            parameter.copy_(value);
            value.copy_(former);
        }

        IsInModel = !IsInModel;
    }
}
