namespace MnistCnn.Models;

/// <summary>A forward pass that a backward pass may follow.</summary>
internal sealed class NetworkCall(ClassifierKernels kernels)
{
    public ClassifierKernels Kernels { get; } = kernels;

    /// <summary>The activations of the forward pass, or null when another call took the memory or a backward pass used it: they are then computed anew.</summary>
    public KernelSession? Session { get; set; }
}
