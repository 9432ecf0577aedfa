using MnistCnn.Kernels;

namespace MnistCnn.Engine;

/// <summary>
/// A layer made ready for a processor. It knows where its parameters lie, how much memory it needs, and how to compute; it chooses its algorithm itself.
/// Immutable and thread-safe: all that changes is in the <see cref="LayerWork"/> of a call.
/// </summary>
/// <remarks>
/// A pass calls <see cref="Forward"/> and <see cref="Backward"/> for slices of the batch, on several threads at once. A layer with so many weights that each
/// thread should keep a part of them shares out the batch otherwise: see <see cref="SharedForward"/> and <see cref="SharedBackward"/>.
/// </remarks>
internal abstract unsafe class Layer(SimdKernels simd, MapLayout input, MapLayout output)
{
    public MapLayout Input { get; } = input;

    public MapLayout Output { get; } = output;

    /// <summary>The parameters, in PyTorch's order.</summary>
    public virtual IReadOnlyList<ParameterSlot> Parameters => [];

    /// <summary>The end of the layer's part of the flat buffers.</summary>
    public virtual int ParameterEnd => Parameters is [.., var last] ? last.Offset + last.Length : 0;

    /// <summary>Whether a ReLU made the output.</summary>
    public virtual bool IsRectified => false;

    /// <summary>Floats that the layer keeps of each image, and of each slice, from the forward to the backward pass.</summary>
    public virtual int ImageMemory => 0;

    public virtual int SliceMemory => 0;

    /// <summary>Floats that the layer keeps for each thread from call to call; zero at first.</summary>
    public virtual int ThreadMemory => 0;

    /// <summary>Floats of scratch memory for a call.</summary>
    public virtual int ScratchLength => 0;

    /// <summary>Floats that <see cref="Prepare"/> makes of the weights, and in how many items: for training, or for the forward pass alone.</summary>
    public virtual int PreparedLength(bool training) => 0;

    public virtual int PrepareItems(bool training) => 0;

    protected SimdKernels Simd { get; } = simd;

    /// <summary>Makes something of the weights that all slices need. Called after each change of the weights; several threads may run items at once.</summary>
    public virtual void Prepare(float* parameters, float* prepared, int item)
    {
    }

    /// <summary>
    /// Whether both passes need figures of the whole batch: then <see cref="BeginForward"/> and <see cref="BeginBackward"/> are called for all slices before.
    /// </summary>
    public virtual bool NeedsBatch => false;

    /// <summary>Leaves a slice's figures in <see cref="LayerWork.SliceMemory"/>.</summary>
    public virtual void BeginForward(in LayerWork work)
    {
    }

    /// <summary>Adds a slice's sums for the gradients there.</summary>
    public virtual void BeginBackward(in LayerWork work)
    {
    }

    /// <summary>Output from input.</summary>
    public abstract void Forward(in LayerWork work);

    /// <summary>The items that the batch is cut into before <see cref="FinishForward"/>; 0 where <see cref="Forward"/> does it all.</summary>
    public virtual int SharedForwardItems => 0;

    /// <summary>Part of the forward pass: an item of some images.</summary>
    public virtual void SharedForward(in LayerWork work, int item)
    {
    }

    /// <summary>The rest of the forward pass, after all items of <see cref="SharedForward"/>.</summary>
    public virtual void FinishForward(in LayerWork work) => Forward(work);

    /// <summary>
    /// From the gradient of the output that of the input, unless its address is null, and what the slice adds to the gradients of parameters.
    /// </summary>
    public virtual void Backward(in LayerWork work)
    {
    }

    /// <summary>The items that the backward pass of the whole batch is cut into, in place of <see cref="Backward"/>; 0 where that does it all.</summary>
    public virtual int SharedBackwardItems => 0;

    /// <summary>Before <see cref="SharedBackward"/>, for each slice, after the forward pass of all of them.</summary>
    public virtual void BeginSharedBackward(in LayerWork work)
    {
    }

    /// <summary>The gradient of some inputs of the whole batch.</summary>
    public virtual void SharedBackward(in LayerWork work, int item)
    {
    }

    /// <summary>Whether <see cref="ComputeGradients"/> reads the gradient of the output, of all images.</summary>
    public virtual bool ReadsOutputGradients => false;

    /// <summary>The items of <see cref="ComputeGradients"/>.</summary>
    public virtual int GradientItems => 0;

    /// <summary>The gradients of some parameters over the whole batch, after its backward pass.</summary>
    public virtual void ComputeGradients(in LayerWork work, int item)
    {
    }
}
