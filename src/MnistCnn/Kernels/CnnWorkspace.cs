namespace MnistCnn.Kernels;

/// <summary>
/// Memory for a network and a batch, and the passes over it. One caller at a time; allocates nothing once it has seen its batch sizes.
/// The batch is cut into slices of a fixed size, whatever the threads: every sum has one order, and the results one value.
/// <code>
/// images [N, height, width, 1]                    the caller's
/// convolution activations [N, h, w, filters]      rows of the whole batch, or of one slice a thread where nothing asks for them later
/// their gradients                                 of one slice a thread
/// linear activations and gradients [N, stride]    the first in PyTorch's order of the flattened images: [filters, h, w]
/// </code>
/// </summary>
internal sealed unsafe class CnnWorkspace : KernelJob
{
    /// <summary>Images that one thread takes at a time.</summary>
    public const int Slice = 32;

    private readonly CnnPlan plan;
    private readonly bool keep;
    private readonly int threads;
    private readonly AlignedBuffer[] outputs, rows;
    private readonly AlignedBuffer[] outputGradients = [], rowGradients = [];
    private readonly AlignedBuffer? partials;
    private readonly RowTiles?[,] tiles;
    private readonly double[] losses;
    private readonly int[] partialOffsets;
    private CnnWeights weights = null!;
    private CnnPass pass;
    private float* images, imageGradients;
    private long* labels;
    private float smoothing;
    private int batchCount;

    /// <param name="plan">The network.</param>
    /// <param name="capacity">Images of the largest batch.</param>
    /// <param name="threads">Threads to use at most.</param>
    /// <param name="keep">Whether activations are kept, so that a backward pass may follow in a call of its own.</param>
    /// <param name="training">Whether there is a backward pass.</param>
    public CnnWorkspace(CnnPlan plan, int capacity, int threads, bool training, bool keep)
    {
        (this.plan, this.threads, this.keep, Capacity) = (plan, Math.Max(1, threads), keep, capacity);
        int slots = this.threads * Slice, slices = (capacity + Slice - 1) / Slice;
        outputs = [.. plan.Convolutions.Select(c => new AlignedBuffer((long)c.Shape.OutputLength * (keep ? capacity : slots)))];
        rows = [.. plan.Strides.Select(s => new AlignedBuffer((long)s * capacity))];
        tiles = new RowTiles?[2 * plan.LayerCount, Slice + 1];
        losses = new double[slices];
        partialOffsets = new int[(2 * plan.Convolutions.Length) + 1];
        for (int p = 0; p < partialOffsets.Length - 1; p++)
        {
            partialOffsets[p + 1] = partialOffsets[p] + ((plan.ParameterLength(p) + 15) / 16 * 16);
        }

        if (training)
        {
            outputGradients = [.. plan.Convolutions.Select(c => new AlignedBuffer((long)c.Shape.OutputLength * slots))];
            rowGradients = [.. plan.Strides.Select(s => new AlignedBuffer((long)s * capacity))];
            partials = new((long)partialOffsets[^1] * Math.Max(2, slices));
        }
    }

    /// <summary>Images of the largest batch.</summary>
    public int Capacity { get; }

    /// <summary>Images of the current batch.</summary>
    public int Count => batchCount;

    /// <summary>[count, classes] at <see cref="LogitStride"/>.</summary>
    public float* Logits => rows[^1].Pointer;

    /// <summary>The same of their gradients: what a backward pass without loss starts from.</summary>
    public float* LogitGradients => rowGradients[^1].Pointer;

    public int LogitStride => plan.Strides[^1];

    /// <summary>Runs passes over all slices.</summary>
    /// <returns>The sum of the losses.</returns>
    public double Run(
        CnnPass pass, CnnWeights weights, float* images, int count, long* labels = null, float smoothing = 0, float* imageGradients = null)
    {
        (this.pass, this.weights, batchCount, this.smoothing) = (pass, weights, count, smoothing);
        this.images = images;
        this.labels = labels;
        this.imageGradients = imageGradients;
        int slices = (count + Slice - 1) / Slice;
        KernelThreads.Run(threads, slices, this);
        double loss = 0;
        for (int s = 0; s < slices && pass.HasFlag(CnnPass.Loss); s++)
        {
            loss += losses[s];
        }

        return loss;
    }

    /// <inheritdoc/>
    public override void Run(int item, int thread)
    {
        int first = item * Slice, count = Math.Min(Slice, batchCount - first), kept = keep ? first : thread * Slice;
        if (pass.HasFlag(CnnPass.Forward))
        {
            Forward(first, count, kept);
        }

        if (pass.HasFlag(CnnPass.Loss))
        {
            int stride = LogitStride;
            losses[item] = SoftmaxCrossEntropy.Backward(
                count, plan.Shape.Classes, Logits + ((nint)first * stride), stride, labels + first, smoothing, 1f / batchCount, LogitGradients + ((nint)first * stride));
        }

        if (pass.HasFlag(CnnPass.Backward))
        {
            Backward(item, first, count, kept, thread * Slice);
        }
    }

    /// <summary>Gradient of one parameter of a convolution, from the parts of the slices.</summary>
    public void ConvolutionGradient(int parameter, float* destination)
    {
        float* parts = partials!.Pointer + partialOffsets[parameter];
        int slices = (batchCount + Slice - 1) / Slice, length = plan.ParameterLength(parameter);
        plan.Simd.SumRows(parts, partialOffsets[^1], slices, length, parts);
        if (parameter % 2 == 0)
        {
            // The part of the second slice, or the room behind the first, is free once the parts are summed.
            plan.Convolutions[parameter / 2].UnpackGradient(parts, parts + partialOffsets[^1], destination);
        }
        else
        {
            new ReadOnlySpan<float>(parts, length).CopyTo(new Span<float>(destination, length));
        }
    }

    /// <summary>Gradient of the weights of a panel of outputs and some inputs of a linear layer, into a block or among the others.</summary>
    public void LinearWeightGradient(int linear, int firstOutput, int outputCount, int firstInput, int inputCount, float* destination, bool block) =>
        plan.Linears[linear].BackwardWeights(
            batchCount, rows[linear].Pointer + firstInput, plan.Strides[linear], rowGradients[linear + 1].Pointer + firstOutput, plan.Strides[linear + 1],
            outputCount, inputCount, destination, block);

    /// <summary>Gradient of the bias of a linear layer.</summary>
    public void LinearBiasGradient(int linear, float* destination) => plan.Simd.SumRows(
        rowGradients[linear + 1].Pointer, plan.Strides[linear + 1], batchCount, plan.Linears[linear].Outputs, destination);

    private void Forward(int first, int count, int kept)
    {
        float* input = images + ((nint)first * plan.Convolutions[0].Shape.InputLength);
        for (int l = 0; l < outputs.Length; l++)
        {
            float* output = Output(l, kept);
            plan.Convolutions[l].Forward(count, input, weights.Forward(l), weights.Bias(l), output);
            input = output;
        }

        ConvolutionShape last = plan.Convolutions[^1].Shape;
        int pixels = last.OutputHeight * last.OutputWidth;
        for (int n = 0; n < count; n++)
        {
            Transposition.Run(input + ((nint)n * last.OutputLength), last.Filters, pixels, last.Filters, Row(rows, 0, first + n), pixels);
        }

        for (int i = 0; i < plan.Linears.Length; i++)
        {
            int layer = i + outputs.Length;
            plan.Linears[i].Forward(
                Tiles(2 * layer, count, plan.Strides[i], plan.Strides[i + 1]),
                Row(rows, i, first), weights.Forward(layer), weights.Bias(layer), i < plan.Linears.Length - 1, Row(rows, i + 1, first));
        }
    }

    private void Backward(int slice, int first, int count, int kept, int slot)
    {
        for (int i = plan.Linears.Length - 1; i >= 0; i--)
        {
            int layer = i + outputs.Length;
            plan.Linears[i].BackwardInput(
                Tiles((2 * layer) + 1, count, plan.Strides[i + 1], plan.Strides[i]),
                Row(rowGradients, i + 1, first), weights.Backward(layer), Row(rows, i, first), Row(rowGradients, i, first));
        }

        ConvolutionShape last = plan.Convolutions[^1].Shape;
        int pixels = last.OutputHeight * last.OutputWidth, top = outputs.Length - 1;
        float* gradient = OutputGradient(top, slot);
        for (int n = 0; n < count; n++)
        {
            Transposition.Run(Row(rowGradients, 0, first + n), pixels, last.Filters, pixels, gradient + ((nint)n * last.OutputLength), last.Filters);
        }

        float* parts = partials!.Pointer + ((nint)slice * partialOffsets[^1]);
        for (int l = top; l >= 0; l--)
        {
            Convolution layer = plan.Convolutions[l];
            ConvolutionShape shape = layer.Shape;
            float* input = l > 0 ? Output(l - 1, kept) : images + ((nint)first * shape.InputLength);
            layer.BackwardWeights(count, input, gradient, parts + partialOffsets[2 * l], parts + partialOffsets[(2 * l) + 1]);
            if (l > 0 || pass.HasFlag(CnnPass.ImageGradient))
            {
                float* inputGradient = l > 0 ? OutputGradient(l - 1, slot) : imageGradients + ((nint)first * shape.InputLength);
                layer.BackwardInput(
                    Tiles((2 * l) + 1, count, shape.OutputLength, shape.InputLength), gradient, weights.Backward(l), l > 0 ? input : null, inputGradient);
                gradient = inputGradient;
            }
        }
    }

    private float* Output(int layer, int row) => outputs[layer].Pointer + ((nint)row * plan.Convolutions[layer].Shape.OutputLength);

    private float* OutputGradient(int layer, int row) => outputGradients[layer].Pointer + ((nint)row * plan.Convolutions[layer].Shape.OutputLength);

    private float* Row(AlignedBuffer[] rows, int linear, int row) => rows[linear].Pointer + ((nint)row * plan.Strides[linear]);

    private RowTiles Tiles(int key, int count, int strideA, int strideC) => tiles[key, count] ??= RowTiles.Strided(count, strideA, strideC);
}
