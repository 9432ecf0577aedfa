using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MnistCnn.Kernels;

/// <summary>AVX2 with FMA: 16 registers of 8 floats.</summary>
internal readonly unsafe struct Simd256 : ISimd<Vector256<float>>
{
    public static int Width => 8;
    public static int RowVectors => 2;
    public static Vector256<float> Load(float* source) => Vector256.Load(source);
    public static Vector256<float> Broadcast(float value) => Vector256.Create(value);
    public static void Store(float* destination, Vector256<float> value) => value.Store(destination);
    public static Vector256<float> Add(Vector256<float> left, Vector256<float> right) => left + right;
    public static Vector256<float> Subtract(Vector256<float> left, Vector256<float> right) => left - right;
    public static Vector256<float> Multiply(Vector256<float> left, Vector256<float> right) => left * right;
    public static Vector256<float> MultiplyAdd(Vector256<float> left, Vector256<float> right, Vector256<float> addend) => Fma.MultiplyAdd(left, right, addend);
    // The instruction returns its second operand when either is NaN.
    public static Vector256<float> Relu(Vector256<float> value) => Avx.Max(Vector256<float>.Zero, value);
    public static Vector256<float> ZeroUnlessAbove(Vector256<float> threshold, Vector256<float> gate, Vector256<float> value) =>
        Vector256.ConditionalSelect(Vector256.LessThanOrEqual(gate, threshold), Vector256<float>.Zero, value);
    public static Vector256<float> Absolute(Vector256<float> value) => Vector256.Abs(value);
}
