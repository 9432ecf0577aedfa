using System.Runtime.InteropServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>What happens to <c>parameter.grad</c> between a backward pass and an update.</summary>
internal sealed class TensorGradients
{
    private float[] sums = [];

    /// <summary>Without gradients the backward pass hands over its own tensors instead of adding to zeros.</summary>
    public static void Forget(IEnumerable<Parameter> parameters)
    {
        foreach (Parameter parameter in parameters)
        {
            parameter.grad = null;
        }
    }

    /// <summary>See <see cref="ITrainingStep.Clip"/>.</summary>
    public static void Clip(IEnumerable<Parameter> parameters, TrainerOptions options)
    {
        if (options.GradientClipValue is { } value)
        {
            nn.utils.clip_grad_value_(parameters, value);
        }

        if (options.GradientClipNorm is { } norm)
        {
            nn.utils.clip_grad_norm_(parameters, norm);
        }
    }

    /// <summary>The gradients of the parameters that require one, zero where there is none, and some numbers besides.</summary>
    public Span<float> Read(IEnumerable<Parameter> parameters, int besides)
    {
        Parameter[] trained = [.. parameters.Where(parameter => parameter.requires_grad)];
        Array.Resize(ref sums, checked((int)(trained.Sum(parameter => parameter.numel()) + besides)));
        int start = 0;
        foreach (Parameter parameter in trained)
        {
            Span<float> target = sums.AsSpan(start, (int)parameter.numel());
            start += target.Length;
            if (parameter.grad is not { } gradient)
            {
                target.Clear();
                continue;
            }

            using DisposeScope scope = NewDisposeScope();
            Tensor host = gradient.detach().to_type(ScalarType.Float32).cpu().contiguous();
            MemoryMarshal.Cast<byte, float>(host.bytes).CopyTo(target);
        }

        return sums;
    }

    /// <summary>Puts the numbers of <see cref="Read"/> into the gradients.</summary>
    public void Write(IEnumerable<Parameter> parameters)
    {
        using IDisposable noGradient = no_grad();
        int start = 0;
        foreach (Parameter parameter in parameters.Where(parameter => parameter.requires_grad))
        {
            using DisposeScope scope = NewDisposeScope();
            ReadOnlySpan<float> values = sums.AsSpan(start, (int)parameter.numel());
            start += values.Length;
            Tensor gradient = parameter.grad ?? (parameter.grad = zeros_like(parameter));
            bool isPlain = gradient.device_type == DeviceType.CPU && gradient.dtype == ScalarType.Float32 && gradient.is_contiguous();
            Tensor host = isPlain ? gradient : empty(parameter.shape, ScalarType.Float32);
            values.CopyTo(MemoryMarshal.Cast<byte, float>(host.bytes));
            if (!isPlain)
            {
                gradient.copy_(host);
            }
        }
    }
}
