using MnistCnn.Layers;

namespace MnistCnn.Networks;

/// <summary>
/// Weights and biases of a network, or one number for each of them (gradients, moments), as the kernels want them: see <see cref="Convolution"/> and <see cref="Linear"/>; padding is zero.
/// Elsewhere they come as pointers to weight and bias of each layer in order, in PyTorch's layout. Not thread-safe while it is written.
/// </summary>
internal sealed unsafe class CnnParameters : KernelJob
{
    private readonly CnnPlan plan;
    private readonly AlignedBuffer[] weights, biases;
    private readonly AlignedBuffer?[] backward, transformed;
    private readonly bool[] moderate, excessive;
    private readonly List<(int Layer, int Column)> tasks = [];
    private readonly nint[] pointers;
    private bool packing;

    /// <param name="plan">The network.</param>
    /// <param name="backward">Whether the gradients of activations are to be computed with these weights.</param>
    /// <param name="inference">Whether <see cref="CnnInference"/> is to use them.</param>
    public CnnParameters(CnnPlan plan, bool backward = false, bool inference = false)
    {
        this.plan = plan;
        pointers = new nint[plan.Shape.ParameterCount];
        weights = [.. Enumerable.Range(0, plan.LayerCount).Select(l => new AlignedBuffer(plan.WeightLength(l)))];
        biases = [.. Enumerable.Range(0, plan.LayerCount).Select(l => new AlignedBuffer(plan.OutputCount(l) + (plan.Simd.RowVectors * plan.Simd.Width)))];
        this.backward = [.. plan.Convolutions.Select(c => backward ? new AlignedBuffer(c.PackedBackwardLength) : null)];
        transformed = [.. plan.Winograds.Select(w => w is not null && inference ? new AlignedBuffer(w.TransformedLength) : null)];
        (moderate, excessive) = (new bool[plan.LayerCount], new bool[plan.LayerCount]);
        for (int l = plan.LayerCount - 1; l >= 0; l--)
        {
            int panel = l < plan.Convolutions.Length ? plan.OutputCount(l) : plan.Simd.PanelWidth(plan.OutputCount(l));
            for (int column = 0; column < plan.OutputCount(l); column += panel)
            {
                tasks.Add((l, column));
            }
        }
    }

    public float* Weights(int layer) => weights[layer].Pointer;

    public float* Bias(int layer) => biases[layer].Pointer;

    /// <summary>The weights of a convolution for the gradient of its input.</summary>
    public float* Backward(int layer) => backward[layer]!.Pointer;

    /// <summary>The weights of a convolution for its <see cref="CnnPlan.Winograds"/>; null where that is not the way to compute it.</summary>
    public float* Transformed(int layer) => transformed[layer] is { } memory && moderate[layer] ? memory.Pointer : null;

    /// <summary>
    /// Whether weights and biases of a layer are finite and leave room for sums, as packed or as <see cref="Check"/> found them: then what is multiplied with zero may be left out, and the rest
    /// transformed.
    /// </summary>
    public bool AreModerate(int layer) => moderate[layer];

    /// <summary>Begins to look at all weights anew; until <see cref="EndChecks"/> the layers count as they did.</summary>
    public void BeginChecks() => Array.Clear(excessive);

    /// <summary>Ends what <see cref="BeginChecks"/> began.</summary>
    public void EndChecks()
    {
        for (int l = 0; l < moderate.Length; l++)
        {
            moderate[l] = !excessive[l];
        }
    }

    /// <summary>Looks at some weights or biases of a layer. Several threads may.</summary>
    public void Check(int layer, float* values, int length)
    {
        if (!plan.Simd.AllWithin(values, 0, 1, length, WinogradConvolution.Limit))
        {
            excessive[layer] = true;
        }
    }

    /// <summary>Reads all parameters.</summary>
    public void Pack(ReadOnlySpan<nint> parameters, int threads) => Copy(parameters, threads, packing: true);

    /// <summary>Writes all parameters.</summary>
    public void Unpack(ReadOnlySpan<nint> parameters, int threads) => Copy(parameters, threads, packing: false);

    /// <summary>Makes <see cref="Backward"/> of some rows of the windows follow the weights.</summary>
    /// <param name="layer">A convolution.</param>
    /// <param name="firstRow">The first row.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="stream">Whether other cores read the result too.</param>
    public void PackBackward(int layer, int firstRow, int rows, bool stream)
    {
        if (backward[layer] is { } packed)
        {
            plan.Convolutions[layer].PackBackward(Weights(layer), packed.Pointer, firstRow, rows, stream);
        }
    }

    /// <inheritdoc/>
    public override void Run(int item, int thread)
    {
        (int layer, int column) = tasks[item];
        float* unpacked = (float*)pointers[2 * layer], bias = (float*)pointers[(2 * layer) + 1];
        if (layer >= plan.Convolutions.Length)
        {
            Linear linear = plan.Linears[layer - plan.Convolutions.Length];
            linear.Copy(column, unpacked, Weights(layer), packing);
            Check(layer, Weights(layer) + ((nint)column * linear.Inputs), linear.Inputs * linear.Panel);
        }
        else
        {
            plan.Convolutions[layer].Copy(unpacked, Weights(layer), packing);
            PackBackward(layer, 0, plan.Convolutions[layer].Shape.Kernel, stream: false);
            Check(layer, Weights(layer), plan.WeightLength(layer));
            if (packing && transformed[layer] is { } memory)
            {
                plan.Winograds[layer]!.Transform(Weights(layer), memory.Pointer);
            }
        }

        if (column == 0)
        {
            Span<float> outside = new(bias, plan.OutputCount(layer)), inside = new(Bias(layer), outside.Length);
            (packing ? outside : inside).CopyTo(packing ? inside : outside);
            Check(layer, Bias(layer), outside.Length);
        }
    }

    private void Copy(ReadOnlySpan<nint> parameters, int threads, bool packing)
    {
        parameters.CopyTo(pointers);
        this.packing = packing;
        BeginChecks();
        KernelThreads.Run(threads, tasks.Count, this);
        EndChecks();
    }
}
