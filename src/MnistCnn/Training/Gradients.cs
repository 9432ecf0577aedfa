using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>What happens to <c>parameter.grad</c> between steps.</summary>
internal static class Gradients
{
    /// <summary>Without gradients the backward pass hands over its own tensors instead of adding to zeros.</summary>
    public static void ForgetGradients(this Parameter[] parameters)
    {
        foreach (Parameter parameter in parameters)
        {
            parameter.grad = null;
        }
    }

    /// <summary>Clips by value, then by the norm of all gradients together, as far as the options ask for it.</summary>
    public static void Clip(nn.Module model, TrainerOptions options)
    {
        if (options.GradientClipValue is { } value)
        {
            nn.utils.clip_grad_value_(model.parameters(), value);
        }

        if (options.GradientClipNorm is { } norm)
        {
            nn.utils.clip_grad_norm_(model.parameters(), norm);
        }
    }
}
