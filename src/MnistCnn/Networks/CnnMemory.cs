using MnistCnn.Layers;

namespace MnistCnn.Networks;

/// <summary>
/// Where the numbers of a batch are on their way through a network. A slice is <see cref="CnnWorkspace.Slice"/> images.
/// <code>
/// images [N, height, width, 1]
/// convolution activations [N, h, w, filters]      of the first, where ForegroundConvolutions took a slice, its listed pixels instead
/// their gradients                                 of one slice a thread
/// linear activations and gradients [N, stride]    the first are those of the last convolution
/// products of the first linear layer              [blocks, N, stride]: their sum is its output; then, once for each block, compact rows of the gradient of that: see LiveOutputs
/// used                                            which of its inputs are not zero [words, N]: see NonZeros
/// activity                                        sums of its output over a slice, after ReLU [slices, columns]
/// padded gradients                                those of the second convolution's output, of one slice a thread: see ForegroundShape
/// map                                             for ForegroundConvolutions, of one slice a thread
/// </code>
/// </summary>
internal sealed unsafe class CnnMemory
{
    private const int FloatsOfCacheLine = 16;

    private readonly CnnPlan plan;
    private readonly int capacity, scratchLength;
    private readonly AlignedBuffer[] outputs, rows, outputGradients, rowGradients;
    private readonly AlignedBuffer images, partials, products, activity, used, scratch;
    private readonly AlignedBuffer[] padded, maps;
    private readonly Foreground[] foregrounds;
    private readonly int[] partialOffsets;

    /// <param name="plan">The network.</param>
    /// <param name="capacity">Images of the largest batch.</param>
    /// <param name="threads">Threads at most.</param>
    public CnnMemory(CnnPlan plan, int capacity, int threads)
    {
        (this.plan, this.capacity) = (plan, capacity);
        int slots = threads * CnnWorkspace.Slice, slices = CnnWorkspace.SlicesOf(capacity);
        images = new((long)plan.Convolutions[0].Shape.InputLength * capacity);
        outputs = [.. plan.Convolutions.SkipLast(1).Select(c => new AlignedBuffer((long)c.Shape.OutputLength * capacity))];
        rows = [.. plan.Strides.Select(s => new AlignedBuffer((long)s * capacity))];
        partialOffsets = new int[(2 * plan.Convolutions.Length) + 1];
        for (int p = 0; p < partialOffsets.Length - 1; p++)
        {
            int length = p % 2 == 0 ? plan.WeightLength(p / 2) : plan.OutputCount(p / 2);
            partialOffsets[p + 1] = partialOffsets[p] + ((length + FloatsOfCacheLine - 1) / FloatsOfCacheLine * FloatsOfCacheLine);
        }

        outputGradients = [.. plan.Convolutions.SkipLast(1).Select(c => new AlignedBuffer((long)c.Shape.OutputLength * slots))];
        rowGradients = [.. plan.Strides.Select(s => new AlignedBuffer((long)s * capacity))];
        partials = new((long)PartsStride * slices);
        products = new((long)plan.Linears[0].Blocks * capacity * plan.Strides[1]);
        activity = new((long)plan.Linears[0].Columns * (slices + 1));
        used = new(2L * NonZeros.WordsOf(plan.Linears[0].Inputs) * capacity);
        scratchLength = Math.Max(Math.Max(plan.Winograds.Max(w => w?.ScratchLength ?? 0), plan.Foregrounds?.ScratchLength ?? 0), plan.Linears.Max(l => l.ScratchLength));
        scratch = new((long)scratchLength * threads);
        ForegroundShape? shape = plan.Foregrounds?.Shape;
        foregrounds = shape is null ? [] : [.. Enumerable.Range(0, slices).Select(_ => new Foreground(shape, CnnWorkspace.Slice))];
        padded = shape is null ? [] : [.. Enumerable.Range(0, threads).Select(_ => new AlignedBuffer((long)CnnWorkspace.Slice * shape.PaddedLength))];
        maps = shape is null ? [] : [.. Enumerable.Range(0, threads).Select(_ => new AlignedBuffer((long)CnnWorkspace.Slice * shape.MapLength))];
    }

    /// <summary>From the gradients of a slice to those of the next.</summary>
    public int PartsStride => partialOffsets[^1];

    public float* Image(int image) => images.Pointer + ((nint)image * plan.Convolutions[0].Shape.InputLength);

    /// <summary>The output of a convolution but the last, of one image.</summary>
    public float* Output(int layer, int image) => outputs[layer].Pointer + ((nint)image * plan.Convolutions[layer].Shape.OutputLength);

    public float* OutputGradient(int layer, int image) => outputGradients[layer].Pointer + ((nint)image * plan.Convolutions[layer].Shape.OutputLength);

    /// <summary>The input of a linear layer, or, of one more than there are, the logits.</summary>
    public float* Row(int linear, int image) => rows[linear].Pointer + ((nint)image * plan.Strides[linear]);

    public float* RowGradient(int linear, int image) => rowGradients[linear].Pointer + ((nint)image * plan.Strides[linear]);

    /// <summary>What one block of inputs adds to the output of the first linear layer; then what its gradient is, without the dead outputs.</summary>
    public float* Product(int block, int image) => products.Pointer + ((((nint)block * capacity) + image) * plan.Strides[1]);

    /// <summary>How strongly a slice activates each output of the first linear layer; of one more than there are, all together.</summary>
    public float* Activity(int slice) => activity.Pointer + ((nint)slice * plan.Linears[0].Columns);

    /// <summary>Which inputs of the first linear layer, of 64 from one on, are not zero.</summary>
    public ulong* Used(int input, int image) => (ulong*)used.Pointer + ((nint)input / NonZeros.Word * capacity) + image;

    /// <summary>What a slice adds to the gradient of the weights of a convolution.</summary>
    public float* WeightParts(int layer, int slice) => partials.Pointer + ((nint)slice * PartsStride) + partialOffsets[2 * layer];

    /// <summary>What a slice adds to the gradient of the bias of a convolution.</summary>
    public float* BiasParts(int layer, int slice) => partials.Pointer + ((nint)slice * PartsStride) + partialOffsets[(2 * layer) + 1];

    /// <summary>What a slice shows but black.</summary>
    public Foreground Foreground(int slice) => foregrounds[slice];

    /// <summary>A thread's own, zero but for what is written into it.</summary>
    public float* Padded(int thread) => padded[thread].Pointer;

    /// <summary>A thread's own, all zero.</summary>
    public float* Map(int thread) => maps[thread].Pointer;

    /// <summary>A thread's own.</summary>
    public float* Scratch(int thread) => scratch.Pointer + ((nint)thread * scratchLength);
}
