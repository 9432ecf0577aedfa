namespace MnistCnn.Engine;

/// <summary>
/// The activations of a batch, and what layers keep between calls.
/// <code>
/// maps             [map, image]            the input of each layer, and the output of the last
/// gradients        [map, image]            of a map that only the layers of one stage need, those of one slice a thread
/// image memory     [layer, image]          what layers keep of images
/// slice memory     [layer, slice]          what layers keep of slices: gradients of parameters
/// thread memory    [layer, thread]         what layers keep from call to call
/// scratch          [thread]
/// </code>
/// </summary>
internal sealed unsafe class BatchMemory
{
    private const int MostOfSlice = 32;
    private readonly NetworkPlan plan;
    private readonly AlignedBuffer[] maps, gradients, imageMemory, sliceMemory, threadMemory;
    private readonly AlignedBuffer scratch;
    private readonly bool[] isLocal;
    private readonly int scratchLength;

    /// <param name="plan">The network.</param>
    /// <param name="capacity">Images of the largest batch.</param>
    /// <param name="threads">Threads at most.</param>
    /// <param name="isLocal">Of each map, whether its gradient is needed by the thread alone that makes it.</param>
    public BatchMemory(NetworkPlan plan, int capacity, int threads, bool[] isLocal)
    {
        (this.plan, Capacity, this.isLocal) = (plan, capacity, isLocal);
        long slices = Stage.MostSlices(capacity);
        maps = [.. plan.Maps.Select(map => new AlignedBuffer((long)map.ImageStride * capacity))];
        gradients = [.. plan.Maps.Select((map, m) => new AlignedBuffer(m == 0 && !plan.HasImageGradients ? 0
            : (long)map.ImageStride * (isLocal[m] ? threads * MostOfSlice : capacity)))];
        imageMemory = [.. plan.Layers.Select(layer => new AlignedBuffer((long)layer.ImageMemory * capacity))];
        sliceMemory = [.. plan.Layers.Select(layer => new AlignedBuffer(layer.SliceMemory * slices))];
        threadMemory = [.. plan.Layers.Select(layer => new AlignedBuffer((long)layer.ThreadMemory * threads))];
        scratchLength = Math.Max(plan.Maps[0].Shape.Length, plan.Layers.Max(layer => layer.ScratchLength)) + 15 & -16;
        scratch = new AlignedBuffer((long)scratchLength * threads);
    }

    /// <summary>Images of the largest batch.</summary>
    public int Capacity { get; }

    public float* Map(int map, int image) => maps[map].Pointer + (nint)image * plan.Maps[map].ImageStride;

    /// <summary>The gradient of a map, of an image and those behind it; of a local one, of the slice that the thread works on.</summary>
    public float* Gradient(int map, int image, int thread) =>
        gradients[map].Pointer + (nint)(isLocal[map] ? thread * MostOfSlice : image) * plan.Maps[map].ImageStride;

    public float* OfImage(int layer, int image) => imageMemory[layer].Pointer + (nint)image * plan.Layers[layer].ImageMemory;

    public float* OfSlice(int layer, int slice) => sliceMemory[layer].Pointer + (nint)slice * plan.Layers[layer].SliceMemory;

    public float* OfThread(int layer, int thread) => threadMemory[layer].Pointer + (nint)thread * plan.Layers[layer].ThreadMemory;

    public float* Scratch(int thread) => scratch.Pointer + (nint)thread * scratchLength;
}
