using MnistCnn.Layers;

namespace MnistCnn.Networks;

/// <summary>The convolutions of a network in training, over the memory of a batch. Several threads may use it at once, for slices of their own. See <see cref="CnnMemory"/> for the layout.</summary>
internal sealed unsafe class CnnConvolutions
{
    private readonly CnnPlan plan;
    private readonly CnnMemory memory;
    private readonly bool[] foreground;
    private readonly bool[][] transformed;

    /// <param name="plan">The network.</param>
    /// <param name="memory">Where the numbers are.</param>
    /// <param name="slices">Slices of the largest batch.</param>
    public CnnConvolutions(CnnPlan plan, CnnMemory memory, int slices)
    {
        (this.plan, this.memory) = (plan, memory);
        foreground = new bool[slices];
        transformed = [.. plan.Convolutions.Select(_ => new bool[slices])];
    }

    /// <summary>Whether what another core reads goes past the caches.</summary>
    public bool Streams { get; set; }

    /// <summary>Whether the last forward pass took the foreground of a slice alone.</summary>
    public bool TookForeground(int slice) => foreground[slice];

    /// <summary>Reads the images of a slice and leaves the input of the first linear layer.</summary>
    public void Forward(CnnParameters weights, CnnImages images, int slice, int count, int thread)
    {
        int first = slice * CnnWorkspace.Slice, layer = 0;
        float* scratch = memory.Scratch(thread);
        images.Read(first, count, memory.Image(first));
        foreground[slice] = FindForeground(weights, slice, count);
        if (foreground[slice])
        {
            plan.Foregrounds!.Forward(memory.Foreground(slice), count, weights, Input(0, first), Input(1, first), memory.Map(thread), Input(2, first), scratch);
            layer = 2;
        }

        for (; layer < plan.Convolutions.Length; layer++)
        {
            float* input = Input(layer, first), output = Input(layer + 1, first);
            transformed[layer][slice] = false;
            if (plan.Winograds[layer] is { } winograd && weights.AreModerate(layer) && winograd.Accepts(count, input))
            {
                transformed[layer][slice] = true;
                winograd.Transform(weights.Weights(layer), scratch);
                winograd.Forward(count, input, scratch, weights.Bias(layer), output, scratch, Streams && layer == plan.Convolutions.Length - 1);
            }
            else
            {
                plan.Convolutions[layer].Forward(count, input, weights.Weights(layer), weights.Bias(layer), output);
            }
        }
    }

    /// <summary>What a slice adds to the gradients of weights and biases, and the gradient of its images unless that is null; from the gradient of the input of the first linear layer.</summary>
    public void Backward(CnnParameters weights, int slice, int count, int thread, float* imageGradients)
    {
        int first = slice * CnnWorkspace.Slice;
        float* gradient = memory.RowGradient(0, first);
        for (int l = plan.Convolutions.Length - 1; l >= 0; l--)
        {
            if (l == 1 && foreground[slice])
            {
                if (imageGradients is null && plan.Foregrounds!.Backward(memory, slice, count, thread, weights))
                {
                    return;
                }

                plan.Foregrounds!.Complete(memory.Foreground(slice), count, weights, Input(1, first), memory.Map(thread));
                foreground[slice] = false;
            }

            Convolution layer = plan.Convolutions[l];
            float* input = Input(l, first), inputGradient = l > 0 ? memory.OutputGradient(l - 1, thread * CnnWorkspace.Slice) : imageGradients;
            layer.BackwardBias(count, gradient, memory.BiasParts(l, slice));
            if (plan.Winograds[l] is { } winograd && transformed[l][slice] && winograd.AcceptsGradients(count, gradient))
            {
                winograd.Backward(count, input, gradient, weights.Backward(l), memory.WeightParts(l, slice), input, inputGradient, memory.Scratch(thread), Streams);
            }
            else
            {
                layer.BackwardWeights(count, input, gradient, memory.WeightParts(l, slice));
                if (inputGradient is not null)
                {
                    layer.BackwardInput(count, gradient, weights.Backward(l), l > 0 ? input : null, inputGradient);
                }
            }

            gradient = inputGradient;
        }
    }

    /// <summary>Whether to convolve the foreground of a slice alone.</summary>
    private bool FindForeground(CnnParameters weights, int slice, int count)
    {
        if (plan.Foregrounds is null || !ForegroundConvolutions.Accepts(weights) || memory.Foreground(slice).Find(memory.Image(slice * CnnWorkspace.Slice), count) > ForegroundConvolutions.MostForeground)
        {
            return false;
        }

        memory.Foreground(slice).List(count);
        return true;
    }

    /// <summary>What a convolution reads, or, of one more than there are, the first linear layer.</summary>
    private float* Input(int layer, int image) =>
        layer == 0 ? memory.Image(image) : layer < plan.Convolutions.Length ? memory.Output(layer - 1, image) : memory.Row(0, image);
}
