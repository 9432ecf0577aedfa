using System.Runtime.Intrinsics;
using MnistCnn.Kernels;

namespace MnistCnn.Inference;

/// <summary>
/// y = x Wᵀ + b for a single x that a ReLU made. It is limited by the memory that holds W, so rows of the packed W whose input is zero are not read: most of them.
/// <code>
/// x [inputs], y [outputs, padded to whole registers]
/// packed W     [input] × [output]     panels, see SimdKernels
/// </code>
/// </summary>
internal abstract unsafe class SparseLinear
{
    public static SparseLinear For(SimdKernels simd) => simd.Width switch
    {
        16 => new SparseLinear<Simd512, Vector512<float>>(),
        8 => new SparseLinear<Simd256, Vector256<float>>(),
        _ => new SparseLinear<Simd128, Vector128<float>>(),
    };

    /// <summary>Computes y.</summary>
    /// <param name="x">Input.</param>
    /// <param name="inputs">Elements of x.</param>
    /// <param name="packed">From <see cref="Linear.Copy"/>.</param>
    /// <param name="bias">Bias, padded to whole registers.</param>
    /// <param name="outputs">Elements of y.</param>
    /// <param name="relu">Whether negative results become zero.</param>
    /// <param name="used">Memory for <paramref name="inputs"/> indices.</param>
    /// <param name="y">Output.</param>
    public abstract void Run(float* x, int inputs, float* packed, float* bias, int outputs, bool relu, int* used, float* y);

    /// <summary>Lists the inputs that are not zero. NaN is not.</summary>
    protected static int List(float* x, int inputs, int* used)
    {
        int count = 0;
        for (int i = 0; i < inputs; i++)
        {
            used[count] = i;
            count += x[i] != 0 ? 1 : 0;
        }

        return count;
    }
}
