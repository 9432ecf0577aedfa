using System.Runtime.Intrinsics;
using MnistCnn.Kernels;

namespace MnistCnn.Inference;

/// <summary>The transforms of tiles, for as many channels at a time as a register has floats. See <see cref="WinogradConvolution"/> for the layouts.</summary>
internal abstract unsafe class WinogradTransforms
{
    public static WinogradTransforms For(SimdKernels simd) => simd.Width switch
    {
        16 => new WinogradTransforms<Simd512, Vector512<float>>(),
        8 => new WinogradTransforms<Simd256, Vector256<float>>(),
        _ => new WinogradTransforms<Simd128, Vector128<float>>(),
    };

    /// <summary>Bᵀ d B of the 6 × 6 pixels at <paramref name="source"/>; point p goes to <c>destination + p · pointStride</c>.</summary>
    public abstract void Input(float* source, nint rowStride, int channels, float* destination, nint pointStride);

    /// <summary>max(0, Aᵀ m A + bias) of the 36 points at <paramref name="source"/>: 4 × 4 pixels.</summary>
    public abstract void Output(float* source, nint pointStride, int filters, float* bias, float* destination, nint rowStride);
}
