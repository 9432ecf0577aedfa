using MnistCnn.Kernels;
using MnistCnn.Layers;

namespace MnistCnn.Networks;

/// <summary>
/// The passes of a network over a batch in training, in memory of their own. One caller at a time; allocates nothing once it has seen its batch sizes.
/// The batch is cut into slices of a fixed size, and the first linear layer, which has most of the weights, into blocks of inputs, whatever the threads: every sum has one order, and the
/// results one value. Slices and blocks have a home thread: what passes from core to core, past the caches, is the activations between them, which are fewer than the weights.
/// A slice goes on to the next part as soon as those that it computes with are done. See <see cref="CnnMemory"/> for the layout.
/// </summary>
internal sealed unsafe class CnnWorkspace : KernelSequence
{
    /// <summary>Images that one thread takes at a time.</summary>
    public const int Slice = 32;

    /// <summary>Parts of the batch that the blocks of the first linear layer are cut into.</summary>
    private const int RowParts = 2;

    /// <summary>Images that the first linear layer takes at a time: their products stay in the second-level cache.</summary>
    private const int MostRows = 64;

    private readonly CnnPlan plan;
    private readonly CoreDistance cores = new();
    private readonly int threads;
    private readonly CnnConvolutions convolutions;
    private readonly (double Loss, int Hits)[] outcomes;
    private readonly bool[] finite;
    private readonly LiveOutputs live;
    private CnnParameters weights = null!;
    private CnnPass pass;
    private CnnImages images = null!;
    private float* imageGradients;
    private long* labels;
    private float smoothing;
    private int batchCount;

    /// <param name="plan">The network.</param>
    /// <param name="capacity">Images of the largest batch.</param>
    /// <param name="threads">Threads to use at most.</param>
    public CnnWorkspace(CnnPlan plan, int capacity, int threads)
    {
        (this.plan, this.threads, Capacity) = (plan, Math.Max(1, threads), capacity);
        Memory = new CnnMemory(plan, capacity, this.threads);
        convolutions = new CnnConvolutions(plan, Memory, SlicesOf(capacity));
        (outcomes, finite) = (new (double, int)[SlicesOf(capacity)], new bool[SlicesOf(capacity)]);
        live = new LiveOutputs(plan.Simd, plan.Linears[0]);
    }

    /// <summary>Images of the largest batch.</summary>
    public int Capacity { get; }

    /// <summary>Images of the current batch.</summary>
    public int Count => batchCount;

    /// <summary>What the passes left.</summary>
    public CnnMemory Memory { get; }

    /// <summary>[count, classes] at <see cref="LogitStride"/>.</summary>
    public float* Logits => Memory.Row(plan.Linears.Length, 0);

    /// <summary>The same of their gradients: what a backward pass without loss starts from.</summary>
    public float* LogitGradients => Memory.RowGradient(plan.Linears.Length, 0);

    public int LogitStride => plan.Strides[^1];

    /// <summary>Whether what another core reads goes past the caches: a gain where the cores share none, and a loss where they do.</summary>
    public bool Streams => convolutions.Streams;

    /// <summary>The outputs of the first linear layer that matter to the last backward pass, null for all.</summary>
    public LiveOutputs? Live { get; private set; }

    /// <summary>Whether the last forward pass took what a slice shows but black alone: see <see cref="ForegroundConvolutions"/>.</summary>
    public bool TookForeground(int slice) => convolutions.TookForeground(slice);

    /// <summary>Runs passes over the batch.</summary>
    /// <param name="pass">Which; a backward pass alone follows the last forward pass.</param>
    /// <param name="weights">Weights.</param>
    /// <param name="images">For a forward pass: it keeps a copy of them.</param>
    /// <param name="count">Images.</param>
    /// <param name="labels">For <see cref="CnnPass.Loss"/>.</param>
    /// <param name="smoothing">Of the labels.</param>
    /// <param name="imageGradients">Where <see cref="CnnGradients"/> is to write the gradient of the images; null for none.</param>
    /// <returns>The sum of the losses, and how many images have their greatest logit at their label.</returns>
    public (double Loss, int Hits) Run(
        CnnPass pass, CnnParameters weights, CnnImages? images, int count, long* labels = null, float smoothing = 0, float* imageGradients = null)
    {
        (this.pass, this.weights, this.images, batchCount, this.smoothing) = (pass, weights, images!, count, smoothing);
        this.labels = labels;
        this.imageGradients = imageGradients;
        convolutions.Streams = threads > 1 && cores.AreFar(threads);
        int slices = SlicesOf(count);
        bool forward = pass.HasFlag(CnnPass.Forward);
        KernelThreads.Run(threads, [forward ? slices : 0, forward ? RowParts * plan.Linears[0].Blocks : 0, slices], this);
        Live = pass.HasFlag(CnnPass.Backward) ? FindLive(slices) : null;
        this.images = null!;
        (double loss, int hits) = (0, 0);
        for (int s = 0; s < slices && pass.HasFlag(CnnPass.Loss); s++)
        {
            (loss, hits) = (loss + outcomes[s].Loss, hits + outcomes[s].Hits);
        }

        return (loss, hits);
    }

    /// <inheritdoc/>
    public override void Run(int part, int item, int thread)
    {
        int first = item * Slice, count = Math.Min(Slice, batchCount - first);
        switch ((CnnPart)part)
        {
            case CnnPart.Convolutions:
                convolutions.Forward(weights, images, item, count, thread);
                break;
            case CnnPart.FirstLinear:
                FirstLinear(item);
                break;
            default:
                RunLinears(item, first, count, thread);
                break;
        }
    }

    /// <summary>Makes compact rows of the gradients of the first linear layer's output, for a block of its inputs and a slice an item. Several threads may run items at once.</summary>
    public void Compact(int item)
    {
        int block = item % plan.Linears[0].Blocks, first = item / plan.Linears[0].Blocks * Slice;
        Live?.Compact(Memory.RowGradient(1, first), plan.Strides[1], Math.Min(Slice, batchCount - first), Memory.Product(block, first));
    }

    /// <summary>The gradients of the first linear layer's output, compact if there are <see cref="Live"/> outputs, in memory of a block of inputs.</summary>
    public float* OutputGradients(int block) => Live is null ? Memory.RowGradient(1, 0) : Memory.Product(block, 0);

    /// <summary>The backward pass of some inputs of the first linear layer. Several threads may run it at once, for inputs of their own.</summary>
    public void BackwardFirstLinear(int first, int inputs, int thread) => plan.Linears[0].BackwardInput(
        first, inputs, batchCount, OutputGradients(plan.Linears[0].BlockOf(first)), plan.Strides[1], weights.Weights(plan.Convolutions.Length), Memory.Row(0, 0), Memory.RowGradient(0, 0),
        plan.Strides[0], Memory.Scratch(thread), Live, Streams);

    /// <summary>The backward pass of the convolutions of a slice. Several threads may run it at once, of slices of their own.</summary>
    public void BackwardConvolutions(int slice, int thread)
    {
        int first = slice * Slice;
        convolutions.Backward(
            weights, slice, Math.Min(Slice, batchCount - first), thread, imageGradients is null ? null : imageGradients + ((nint)first * plan.Convolutions[0].Shape.InputLength));
    }

    /// <summary>Images that an item of the first linear layer takes at a time, whole slices.</summary>
    private int Rows => Math.Min(MostRows, (SlicesOf(batchCount) + RowParts - 1) / RowParts * Slice);

    public static int SlicesOf(int count) => (count + Slice - 1) / Slice;

    /// <summary>What is not finite goes wherever libtorch sends it: zero times infinity is not zero.</summary>
    private LiveOutputs? FindLive(int slices) =>
        plan.Linears.Length > 1 && !finite.AsSpan(0, slices).Contains(false) && live.Find(Memory.Activity(0), slices) ? live : null;

    private void FirstLinear(int item)
    {
        Linear linear = plan.Linears[0];
        int layer = plan.Convolutions.Length, block = item % linear.Blocks, input = linear.FirstOf(block), inputs = linear.CountOf(block);
        float* bias = block == 0 ? weights.Bias(layer) : null;
        for (int first = item / linear.Blocks * Rows; first < batchCount; first += RowParts * Rows)
        {
            int count = Math.Min(Rows, batchCount - first);
            Await((int)CnnPart.Convolutions, first / Slice, SlicesOf(count));
            float* x = Memory.Row(0, first) + input, y = Memory.Product(block, first);
            ulong* words = Memory.Used(input, first);
            int used = NonZeros.Find(x, plan.Strides[0], count, inputs, words, Capacity);
            if (plan.Sparses[0] is { } sparse && weights.AreModerate(layer) && SparseLinear.Pays(used, count, inputs))
            {
                sparse.Forward(count, x, plan.Strides[0], words, Capacity, weights.Weights(layer), bias, relu: false, y, plan.Strides[1], input, inputs);
            }
            else
            {
                linear.Forward(count, x, plan.Strides[0], weights.Weights(layer), bias, relu: false, y, plan.Strides[1], input, inputs);
            }
        }
    }

    private void RunLinears(int slice, int first, int count, int thread)
    {
        if (pass.HasFlag(CnnPass.Forward))
        {
            Await((int)CnnPart.FirstLinear, first / Rows % RowParts * plan.Linears[0].Blocks, plan.Linears[0].Blocks);
            for (int n = first; n < first + count; n++)
            {
                plan.Simd.SumRows(
                    Memory.Product(0, n), (nint)Capacity * plan.Strides[1], plan.Linears[0].Blocks, plan.Linears[0].Columns, Memory.Row(1, n), relu: plan.Linears.Length > 1);
            }

            // Every input is part of a product, and every weight or it is known to be finite, so that all are finite if the products are.
            finite[slice] = true;
            for (int block = 0; block < plan.Linears[0].Blocks; block++)
            {
                finite[slice] &= plan.Simd.AllWithin(Memory.Product(block, first), plan.Strides[1], count, plan.Linears[0].Columns, float.MaxValue);
            }

            plan.Simd.SumRows(Memory.Row(1, first), plan.Strides[1], count, plan.Linears[0].Columns, Memory.Activity(slice));
            LinearForward(first, count);
        }

        if (pass.HasFlag(CnnPass.Loss))
        {
            outcomes[slice] = SoftmaxCrossEntropy.Backward(
                count, plan.Shape.Classes, Memory.Row(plan.Linears.Length, first), LogitStride, labels + first, smoothing, 1f / batchCount, Memory.RowGradient(plan.Linears.Length, first));
        }

        if (pass.HasFlag(CnnPass.Backward))
        {
            for (int i = plan.Linears.Length - 1; i > 0; i--)
            {
                plan.Linears[i].BackwardInput(
                    0, plan.Linears[i].Inputs, count, Memory.RowGradient(i + 1, first), plan.Strides[i + 1], weights.Weights(i + plan.Convolutions.Length), Memory.Row(i, first), Memory.RowGradient(i, first),
                    plan.Strides[i], Memory.Scratch(thread));
            }

            finite[slice] &= plan.Simd.AllWithin(Memory.RowGradient(1, first), plan.Strides[1], count, plan.Linears[0].Columns, float.MaxValue);
        }
    }

    private void LinearForward(int first, int count)
    {
        for (int i = 1; i < plan.Linears.Length; i++)
        {
            int layer = i + plan.Convolutions.Length;
            plan.Linears[i].Forward(
                count, Memory.Row(i, first), plan.Strides[i], weights.Weights(layer), weights.Bias(layer), i < plan.Linears.Length - 1, Memory.Row(i + 1, first), plan.Strides[i + 1], 0, plan.Linears[i].Inputs);
        }
    }
}
