namespace MnistCnn.Engine;

/// <summary>
/// What one call of a layer works on: some images of a batch, and memory. Addresses are those of the first of these images, null where there is none.
/// </summary>
internal unsafe struct LayerWork
{
    /// <summary>How many images.</summary>
    public int Count;

    /// <summary>The slice that they are in, and how many slices the batch has.</summary>
    public int Slice, Slices;

    /// <summary>The place of the first of them in the batch, and what follows at random from it and from this.</summary>
    public int FirstImage;
    public ulong Seed;

    /// <summary>All parameters of the network, what the layer <see cref="Layer.Prepare">prepared</see> of its own, and all gradients of parameters.</summary>
    public float* Parameters, Prepared, Gradients;

    /// <summary>Activations, and their gradients.</summary>
    public float* Input, Output, InputGradient, OutputGradient;

    /// <summary>What the layer keeps of these images, of their slice, and of the first slice, from the forward to the backward pass.</summary>
    public float* ImageMemory, SliceMemory, FirstSliceMemory;

    /// <summary>What the layer keeps for this thread from call to call, zero at first; and memory that any call may write to.</summary>
    public float* ThreadMemory, Scratch;

    /// <summary>Whether the layer's weights are finite and leave room for sums: then products with zero may be left out, and the rest transformed.</summary>
    public bool AreWeightsBounded;

    /// <summary>Whether it is a single prediction, where latency counts: lists and transforms, which pay for several images, would take longer.</summary>
    public bool IsAlone;
}
