using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using MnistCnn.Kernels;

namespace MnistCnn.Inference;

/// <summary>The memory of a call of the predictor, and its work. One caller at a time; nothing is allocated once each thread has run.</summary>
internal sealed unsafe class PredictionRun : KernelJob
{
    /// <summary>Images that a thread takes at a time: enough that the largest matrix, read once for them, does not set the pace.</summary>
    private const int Slice = 64;

    /// <summary>Images that pass through the last convolution together.</summary>
    private const int Group = 24;

    /// <summary>Images that pass through the others together: their activations stay in the nearest cache.</summary>
    private const int Pair = 2;

    private readonly PredictorNetwork network;
    private readonly SparseLinear sparse;
    private readonly Slot?[] slots;
    private readonly RowTiles?[] tiles;
    private readonly int[] strides;
    private byte* images;
    private float* probabilities;
    private int count;
    private int slice;

    public PredictionRun(PredictorNetwork network, int threads)
    {
        this.network = network;
        sparse = SparseLinear.For(network.Simd);
        slots = new Slot?[threads];
        tiles = new RowTiles?[3 * (Slice + 1)];
        strides = [.. network.Linears.Select(l => Stride(l.Inputs)), Stride(network.Linears[^1].Outputs)];
    }

    private int ImageLength => network.Convolutions[0].Shape.InputLength;

    private int Classes => network.Linears[^1].Outputs;

    /// <summary>Computes [count, classes] probabilities.</summary>
    public void Predict(byte* images, int count, float* probabilities)
    {
        if (count == 1)
        {
            PredictOne(images, probabilities);
            return;
        }

        this.images = images;
        this.count = count;
        this.probabilities = probabilities;
        int least = (count + Slice - 1) / Slice, slices = (least + slots.Length - 1) / slots.Length * slots.Length;
        slice = (count + slices - 1) / slices;
        KernelThreads.Run(slots.Length, (count + slice - 1) / slice, this);
    }

    /// <inheritdoc/>
    public override void Run(int item, int thread)
    {
        int first = item * slice, images = Math.Min(slice, count - first);
        Slot slot = slots[thread] ??= new Slot(network, strides);
        for (int n = 0; n < images; n += Group)
        {
            int group = Math.Min(Group, images - n);
            Convolve(slot, group, this.images + ((nint)(first + n) * ImageLength), slot.Rows(0) + (n * strides[0]));
        }

        for (int l = 0; l < network.Linears.Length; l++)
        {
            bool relu = l < network.Linears.Length - 1;
            RowTiles rows = tiles[(l * (Slice + 1)) + images] ??= RowTiles.Strided(images, strides[l], strides[l + 1]);
            network.Linears[l].Forward(rows, slot.Rows(l), network.Weights(3 + l), network.Bias(3 + l), relu, slot.Rows(l + 1));
        }

        for (int n = 0; n < images; n++)
        {
            SoftmaxCrossEntropy.Softmax(Classes, slot.Rows(3) + (n * strides[3]), probabilities + ((nint)(first + n) * Classes));
        }
    }

    private void PredictOne(byte* image, float* probabilities)
    {
        Slot slot = slots[0] ??= new Slot(network, strides);
        Convolve(slot, 1, image, slot.Rows(0));
        for (int l = 0; l < network.Linears.Length; l++)
        {
            Linear linear = network.Linears[l];
            bool relu = l < network.Linears.Length - 1;
            sparse.Run(slot.Rows(l), linear.Inputs, network.Weights(3 + l), network.Bias(3 + l), linear.Outputs, relu, slot.Used, slot.Rows(l + 1));
        }

        SoftmaxCrossEntropy.Softmax(Classes, slot.Rows(3), probabilities);
    }

    private void Convolve(Slot slot, int images, byte* pixels, float* output)
    {
        float* last = slot.Maps(2);
        for (int n = 0; n < images; n += Pair)
        {
            int pair = Math.Min(Pair, images - n);
            Widen(pixels + (n * ImageLength), pair * ImageLength, slot.Maps(0));
            network.Convolutions[0].Forward(pair, slot.Maps(0), network.Weights(0), network.Bias(0), slot.Maps(1));
            network.Convolutions[1].Forward(pair, slot.Maps(1), network.Weights(1), network.Bias(1), last + (n * network.Convolutions[2].Shape.InputLength));
        }

        if (network.Winograd is { } winograd && images >= Group / 2)
        {
            winograd.Forward(images, last, network.Transformed, network.Bias(2), output, slot.Scratch);
        }
        else
        {
            network.Convolutions[2].Forward(images, last, network.Weights(2), network.Bias(2), output);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Widen(byte* source, int length, float* destination)
    {
        int i = 0;
        for (; i <= length - Vector128<byte>.Count; i += Vector128<byte>.Count)
        {
            (Vector128<ushort> lower, Vector128<ushort> upper) = Vector128.Widen(Vector128.Load(source + i));
            (Vector128<uint> first, Vector128<uint> second) = Vector128.Widen(lower);
            (Vector128<uint> third, Vector128<uint> fourth) = Vector128.Widen(upper);
            Vector128.ConvertToSingle(first.AsInt32()).Store(destination + i);
            Vector128.ConvertToSingle(second.AsInt32()).Store(destination + i + 4);
            Vector128.ConvertToSingle(third.AsInt32()).Store(destination + i + 8);
            Vector128.ConvertToSingle(fourth.AsInt32()).Store(destination + i + 12);
        }

        for (; i < length; i++)
        {
            destination[i] = source[i];
        }
    }

    /// <summary>Whole cache lines.</summary>
    private static int Stride(int width) => (width + 15) / 16 * 16;

    /// <summary>The memory of one thread: inputs of the convolutions, and inputs and outputs of the linear layers of a slice.</summary>
    private sealed class Slot(PredictorNetwork network, int[] strides)
    {
        private readonly AlignedBuffer[] maps = [.. network.Convolutions.Select((c, i) => new AlignedBuffer((long)(i < 2 ? Pair : Group) * c.Shape.InputLength))];
        private readonly AlignedBuffer[] rows = [.. strides.Select(s => new AlignedBuffer((long)Slice * s))];
        private readonly AlignedBuffer scratch = new(network.Winograd?.ScratchLength ?? 0);
        private readonly AlignedBuffer used = new(network.Linears.Max(l => l.Inputs) + 1);

        public float* Scratch => scratch.Pointer;

        public int* Used => (int*)used.Pointer;

        public float* Maps(int convolution) => maps[convolution].Pointer;

        public float* Rows(int linear) => rows[linear].Pointer;
    }
}
