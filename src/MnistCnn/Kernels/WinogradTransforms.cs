using System.Runtime.Intrinsics;

namespace MnistCnn.Kernels;

/// <summary>The transforms of tiles, for as many channels at a time as a register has floats: M x Mᵀ for a matrix M of Lavin and Gray or its transpose. See <see cref="WinogradConvolution"/>.</summary>
internal abstract unsafe class WinogradTransforms
{
    public static WinogradTransforms For(SimdKernels simd) => simd.Width switch
    {
        16 => new WinogradTransforms<Simd512, Vector512<float>>(),
        8 => new WinogradTransforms<Simd256, Vector256<float>>(),
        _ => new WinogradTransforms<Simd128, Vector128<float>>(),
    };

    /// <summary>Bᵀ d B: 6 × 6 pixels to 6 × 6 points.</summary>
    public abstract void Input(VectorGrid source, VectorGrid destination, int length);

    /// <summary>max(0, Aᵀ m A + bias): 6 × 6 points to 4 × 4 pixels.</summary>
    public abstract void Output(VectorGrid source, VectorGrid destination, int length, float* bias);

    /// <summary>A y Aᵀ: 4 × 4 pixels to 6 × 6 points.</summary>
    public abstract void OutputGradient(VectorGrid source, VectorGrid destination, int length);

    /// <summary>B m Bᵀ, added to what is there if asked, zero where a gate, laid out as the destination, is not above zero: 6 × 6 points to 6 × 6 pixels.</summary>
    public abstract void InputGradient(VectorGrid source, VectorGrid destination, int length, bool add, float* gate);

    /// <summary>G g Gᵀ: 3 × 3 taps to 6 × 6 points.</summary>
    public abstract void Weights(VectorGrid source, VectorGrid destination, int length);

    /// <summary>Gᵀ u G, added to what is there if asked: 6 × 6 points to 3 × 3 taps.</summary>
    public abstract void WeightGradient(VectorGrid source, VectorGrid destination, int length, bool add);
}
