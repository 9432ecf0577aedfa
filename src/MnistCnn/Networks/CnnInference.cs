using MnistCnn.Kernels;
using MnistCnn.Layers;

namespace MnistCnn.Networks;

/// <summary>
/// Forward passes of a network of which nothing is kept. One caller at a time; allocates nothing once each thread has run. What an image gives depends neither on the threads nor on the other images.
/// <code>
/// images, activations of convolutions [group, h, w, channels]
/// activations of linear layers        [slice, stride]
/// </code>
/// </summary>
internal sealed unsafe class CnnInference : KernelJob
{
    /// <summary>Images that a thread takes at a time: enough that the largest matrix, read once for them, does not set the pace.</summary>
    private const int Slice = 64;

    /// <summary>Images that pass through the convolutions together: their activations stay in the second-level cache.</summary>
    private const int Group = 24;

    private readonly CnnPlan plan;
    private readonly Slot?[] slots;
    private CnnParameters weights = null!;
    private CnnImages images = null!;
    private bool probabilities, foreground;
    private float* results;
    private int count, slice;

    /// <param name="plan">The network.</param>
    /// <param name="threads">Threads to use at most.</param>
    public CnnInference(CnnPlan plan, int threads)
    {
        this.plan = plan;
        slots = new Slot?[Math.Max(1, threads)];
    }

    /// <summary>Computes logits, or their softmax where asked.</summary>
    /// <param name="weights">Weights that were packed for inference.</param>
    /// <param name="images">Images.</param>
    /// <param name="count">How many.</param>
    /// <param name="results">[count, classes].</param>
    /// <param name="probabilities">Whether to compute the softmax.</param>
    public void Run(CnnParameters weights, CnnImages images, int count, float* results, bool probabilities = false)
    {
        (this.weights, this.images, this.count, this.probabilities) = (weights, images, count, probabilities);
        this.results = results;
        foreground = plan.Foregrounds is not null && ForegroundConvolutions.Accepts(weights);
        int least = (count + Slice - 1) / Slice, slices = (least + slots.Length - 1) / slots.Length * slots.Length;
        slice = (count + slices - 1) / slices;
        KernelThreads.Run(slots.Length, (count + slice - 1) / slice, this);
        this.images = null!;
    }

    /// <summary>The softmax of one image's logits, on the calling thread: without Winograd's transforms and lists of the foreground, which are no gain for one.</summary>
    public void RunOne(CnnParameters weights, CnnImages images, float* probabilities)
    {
        (this.weights, this.images) = (weights, images);
        Slot slot = slots[0] ??= new Slot(plan);
        int last = plan.Convolutions.Length - 1;
        images.Read(0, 1, slot.Map(0));
        for (int l = 0; l <= last; l++)
        {
            plan.Convolutions[l].Forward(1, slot.Map(l), weights.Weights(l), weights.Bias(l), l < last ? slot.Map(l + 1) : slot.Rows[0].Pointer);
        }

        RunLinears(slot, 1);
        SoftmaxCrossEntropy.Softmax(plan.Shape.Classes, slot.Rows[^1].Pointer, probabilities);
    }

    /// <inheritdoc/>
    public override void Run(int item, int thread)
    {
        int first = item * slice, taken = Math.Min(slice, count - first), classes = plan.Shape.Classes;
        Slot slot = slots[thread] ??= new Slot(plan);
        for (int n = 0; n < taken; n += Group)
        {
            int group = Math.Min(Group, taken - n);
            images.Read(first + n, group, slot.Map(0));
            Convolve(slot, group, slot.Rows[0].Pointer + ((nint)n * plan.Strides[0]));
        }

        RunLinears(slot, taken);
        for (int n = 0; n < taken; n++)
        {
            float* logits = slot.Rows[^1].Pointer + ((nint)n * plan.Strides[^1]), result = results + ((nint)(first + n) * classes);
            if (probabilities)
            {
                SoftmaxCrossEntropy.Softmax(classes, logits, result);
            }
            else
            {
                new ReadOnlySpan<float>(logits, classes).CopyTo(new Span<float>(result, classes));
            }
        }
    }

    private void RunLinears(Slot slot, int count)
    {
        for (int l = 0; l < plan.Linears.Length; l++)
        {
            int layer = plan.Convolutions.Length + l, inputs = plan.Linears[l].Inputs;
            float* x = slot.Rows[l].Pointer, y = slot.Rows[l + 1].Pointer;
            bool relu = l < plan.Linears.Length - 1;
            // The weights for a single image come from far: those of zeros are never worth reading.
            if (plan.Sparses[l] is { } sparse && weights.AreModerate(layer)
                && (SparseLinear.Pays(NonZeros.Find(x, plan.Strides[l], count, inputs, slot.Used, count), count, inputs) || count == 1))
            {
                sparse.Forward(count, x, plan.Strides[l], slot.Used, count, weights.Weights(layer), weights.Bias(layer), relu, y, plan.Strides[l + 1], 0, inputs);
                continue;
            }

            plan.Linears[l].Forward(count, x, plan.Strides[l], weights.Weights(layer), weights.Bias(layer), relu, y, plan.Strides[l + 1], 0, inputs);
        }
    }

    private void Convolve(Slot slot, int group, float* output)
    {
        int layer = 0, last = plan.Convolutions.Length - 1;
        if (foreground)
        {
            slot.Foreground!.Find(slot.Map(0), group);
            slot.Foreground.List(group, ForegroundConvolutions.MostForeground);
            plan.Foregrounds!.Forward(slot.Foreground, group, weights, slot.Map(0), slot.Map(1), slot.Zeros, slot.Map(2), slot.Scratch);
            layer = 2;
        }

        for (; layer < last; layer++)
        {
            plan.Convolutions[layer].Forward(group, slot.Map(layer), weights.Weights(layer), weights.Bias(layer), slot.Map(layer + 1));
        }

        ConvolveLast(slot, group, output);
    }

    private void ConvolveLast(Slot slot, int group, float* output)
    {
        int last = plan.Convolutions.Length - 1;
        Convolution direct = plan.Convolutions[last];
        WinogradConvolution? winograd = weights.Transformed(last) is null ? null : plan.Winograds[last];
        bool acceptsAll = winograd is not null && winograd.Accepts(group, slot.Map(last));
        int step = acceptsAll || winograd is null ? group : 1;
        for (int n = 0; n < group; n += step)
        {
            float* input = slot.Map(last) + ((nint)n * direct.Shape.InputLength), to = output + ((nint)n * direct.OutputStride);
            if (winograd is not null && (acceptsAll || winograd.Accepts(1, input)))
            {
                winograd.Forward(step, input, weights.Transformed(last), weights.Bias(last), to, slot.Scratch);
            }
            else
            {
                direct.Forward(step, input, weights.Weights(last), weights.Bias(last), to);
            }
        }
    }

    /// <summary>The memory of one thread.</summary>
    private sealed class Slot(CnnPlan plan)
    {
        private readonly AlignedBuffer[] maps = [.. plan.Convolutions.Select(c => new AlignedBuffer((long)Group * c.Shape.InputLength))];
        private readonly AlignedBuffer used = new(2L * Slice * plan.Linears.Max(l => NonZeros.WordsOf(l.Inputs)));
        private readonly AlignedBuffer zeros = new((long)Group * (plan.Foregrounds?.Shape.MapLength ?? 0));
        private readonly AlignedBuffer scratch = new(Math.Max(plan.Winograds[^1]?.ScratchLength ?? 0, plan.Foregrounds?.ScratchLength ?? 0));

        public AlignedBuffer[] Rows { get; } = [.. plan.Strides.Select(s => new AlignedBuffer((long)Slice * s))];

        public Foreground? Foreground { get; } = plan.Foregrounds is null ? null : new Foreground(plan.Foregrounds.Shape, Group);

        public ulong* Used => (ulong*)used.Pointer;

        public float* Scratch => scratch.Pointer;

        /// <summary>For <see cref="ForegroundConvolutions"/>.</summary>
        public float* Zeros => zeros.Pointer;

        /// <summary>The input of a convolution.</summary>
        public float* Map(int convolution) => maps[convolution].Pointer;
    }
}
