using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MnistCnn.Kernels;

/// <summary>AVX-512: 32 registers of 16 floats.</summary>
internal readonly unsafe struct Simd512 : ISimd<Vector512<float>>
{
    public static int Width => 16;
    public static int RowVectors => 4;
    public static Vector512<float> Load(float* source) => Vector512.Load(source);
    public static Vector512<float> Broadcast(float value) => Vector512.Create(value);
    public static void Store(float* destination, Vector512<float> value) => value.Store(destination);
    public static Vector512<float> Add(Vector512<float> left, Vector512<float> right) => left + right;
    public static Vector512<float> Subtract(Vector512<float> left, Vector512<float> right) => left - right;
    public static Vector512<float> Multiply(Vector512<float> left, Vector512<float> right) => left * right;
    public static Vector512<float> MultiplyAdd(Vector512<float> left, Vector512<float> right, Vector512<float> addend) =>
        Avx512F.FusedMultiplyAdd(left, right, addend);
    // The instruction returns its second operand when either is NaN.
    public static Vector512<float> Relu(Vector512<float> value) => Avx512F.Max(Vector512<float>.Zero, value);
    public static Vector512<float> ZeroUnlessAbove(Vector512<float> threshold, Vector512<float> gate, Vector512<float> value) =>
        Vector512.ConditionalSelect(Vector512.LessThanOrEqual(gate, threshold), Vector512<float>.Zero, value);
    public static Vector512<float> Absolute(Vector512<float> value) => Vector512.Abs(value);
}
