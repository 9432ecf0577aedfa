using MnistCnn.Kernels;

namespace MnistCnn.Networks;

/// <summary>The convolutions of a network in training, over the memory of a batch. Several threads may use it at once, for slices of their own. See <see cref="CnnMemory"/> for the layout.</summary>
internal sealed unsafe class CnnConvolutions
{
    /// <summary>Images that pass together through the first convolutions: they and their activations stay in the nearest cache.</summary>
    public const int Pair = 2;

    private readonly CnnPlan plan;
    private readonly CnnMemory memory;
    private readonly RowTiles?[,] tiles;
    private readonly int direct;
    private readonly bool stream;

    /// <param name="plan">The network.</param>
    /// <param name="memory">Where the numbers are.</param>
    /// <param name="stream">Whether other cores read what these leave.</param>
    public CnnConvolutions(CnnPlan plan, CnnMemory memory, bool stream)
    {
        (this.plan, this.memory, this.stream) = (plan, memory, stream);
        tiles = new RowTiles?[plan.Convolutions.Length, CnnWorkspace.Slice + 1];
        int winograd = Array.FindIndex(plan.Winograds, w => w is not null);
        direct = winograd < 0 ? plan.Convolutions.Length : winograd;
    }

    /// <summary>Reads the images of a slice and leaves the input of the first linear layer.</summary>
    public void Forward(CnnParameters weights, CnnImages images, int first, int count, int thread)
    {
        for (int n = first; n < first + count; n += Pair)
        {
            int pair = Math.Min(Pair, first + count - n);
            images.Read(n, pair, memory.Image(n));
            for (int l = 0; l < direct; l++)
            {
                plan.Convolutions[l].Forward(pair, Input(l, n), weights.Weights(l), weights.Bias(l), Input(l + 1, n));
            }
        }

        float* scratch = memory.Scratch(thread);
        for (int l = direct; l < plan.Convolutions.Length; l++)
        {
            float* input = Input(l, first), output = Input(l + 1, first);
            if (plan.Winograds[l] is { } winograd && winograd.Accepts(count, input, weights.Weights(l)))
            {
                winograd.Transform(weights.Weights(l), scratch);
                winograd.Forward(count, input, scratch, weights.Bias(l), output, scratch, stream && l == plan.Convolutions.Length - 1);
            }
            else
            {
                plan.Convolutions[l].Forward(count, input, weights.Weights(l), weights.Bias(l), output);
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
            Convolution layer = plan.Convolutions[l];
            float* input = Input(l, first), inputGradient = l > 0 ? memory.OutputGradient(l - 1, thread * CnnWorkspace.Slice) : imageGradients;
            layer.BackwardBias(count, gradient, memory.BiasParts(l, slice));
            if (plan.Winograds[l] is { } winograd && winograd.Accepts(count, input, weights.Weights(l), gradient))
            {
                winograd.Backward(count, input, gradient, weights.Backward(l), memory.WeightParts(l, slice), input, inputGradient, memory.Scratch(thread), stream);
            }
            else
            {
                layer.BackwardWeights(count, input, gradient, memory.WeightParts(l, slice));
                if (inputGradient is not null)
                {
                    RowTiles rows = tiles[l, count] ??= RowTiles.Strided(count, layer.OutputStride, layer.Shape.InputLength);
                    layer.BackwardInput(rows, gradient, weights.Backward(l), l > 0 ? input : null, inputGradient);
                }
            }

            gradient = inputGradient;
        }
    }

    /// <summary>What a convolution reads, or, of one more than there are, the first linear layer.</summary>
    private float* Input(int layer, int image) =>
        layer == 0 ? memory.Image(image) : layer < plan.Convolutions.Length ? memory.Output(layer - 1, image) : memory.Row(0, image);
}
