namespace MnistCnn.Kernels;

/// <summary>
/// The parameters of a network as the kernels want them. Packed from PyTorch's layout, once for prediction and at every step in training; not thread-safe while packing, then read-only.
/// Parameters come as pointers to weight and bias of each layer in order.
/// </summary>
internal sealed unsafe class CnnWeights : KernelJob
{
    private readonly CnnPlan plan;
    private readonly AlignedBuffer[] forward, bias, scratch;
    private readonly AlignedBuffer?[] backward;
    private readonly List<(int Layer, int Column)> tasks = [];
    private readonly nint[] parameters;

    /// <param name="plan">The network.</param>
    /// <param name="training">Whether the backward pass is wanted too.</param>
    /// <param name="imageGradient">Whether even the gradient of the images is wanted.</param>
    public CnnWeights(CnnPlan plan, bool training, bool imageGradient = false)
    {
        this.plan = plan;
        parameters = new nint[plan.Shape.ParameterCount];
        (forward, backward, bias) = (new AlignedBuffer[plan.LayerCount], new AlignedBuffer?[plan.LayerCount], new AlignedBuffer[plan.LayerCount]);
        scratch = [.. plan.Convolutions.Select(c => new AlignedBuffer(c.PackedForwardLength))];
        for (int l = 0; l < plan.LayerCount; l++)
        {
            int linear = l - plan.Convolutions.Length;
            bool wanted = training && (l > 0 || imageGradient);
            bias[l] = new(plan.ParameterLength((2 * l) + 1) + plan.Simd.Width);
            forward[l] = new(linear < 0 ? plan.Convolutions[l].PackedForwardLength : plan.Linears[linear].PackedForwardLength);
            if (wanted && linear < 0)
            {
                backward[l] = new(plan.Convolutions[l].PackedBackwardLength);
            }
            else if (wanted && plan.Linears[linear].Inputs < plan.Simd.Width)
            {
                backward[l] = new(plan.ParameterLength(2 * l));
            }
        }

        // The linear layers come first, as in CnnGradients: their panels then stay with the thread that updated them.
        foreach (int layer in Enumerable.Range(0, plan.LayerCount).OrderBy(l => l < plan.Convolutions.Length))
        {
            int linear = layer - plan.Convolutions.Length;
            tasks.AddRange(linear < 0 ? [(layer, 0)] : Linear.Panels(plan.Simd, plan.Linears[linear].Outputs).Select(panel => (layer, panel.First)));
        }
    }

    public float* Forward(int layer) => forward[layer].Pointer;

    /// <summary>The packed weights of a convolution; of a linear layer the parameters themselves, or a copy of very small ones.</summary>
    public float* Backward(int layer) => backward[layer] is { } buffer ? buffer.Pointer : (float*)parameters[2 * layer];

    public float* Bias(int layer) => bias[layer].Pointer;

    /// <summary>Packs all parameters.</summary>
    public void Pack(ReadOnlySpan<nint> parameters, int threads)
    {
        parameters.CopyTo(this.parameters);
        KernelThreads.Run(threads, tasks.Count, this);
    }

    /// <inheritdoc/>
    public override void Run(int item, int thread)
    {
        (int layer, int column) = tasks[item];
        int linear = layer - plan.Convolutions.Length, length = plan.ParameterLength((2 * layer) + 1);
        float* weights = (float*)parameters[2 * layer];
        if (linear >= 0)
        {
            plan.Linears[linear].PackForward(column, weights, Forward(layer));
        }
        else
        {
            plan.Convolutions[layer].PackForward(weights, Forward(layer), scratch[layer].Pointer);
        }

        if (column > 0)
        {
            return;
        }

        new ReadOnlySpan<float>((float*)parameters[(2 * layer) + 1], length).CopyTo(new Span<float>(Bias(layer), length));
        if (backward[layer] is { } packed && linear < 0)
        {
            plan.Convolutions[layer].PackBackward(Forward(layer), packed.Pointer);
        }
        else if (backward[layer] is { } copy)
        {
            length = plan.ParameterLength(2 * layer);
            new ReadOnlySpan<float>(weights, length).CopyTo(new Span<float>(copy.Pointer, length));
        }
    }
}
