using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace MnistCnn.Kernels;

/// <summary>Advanced SIMD (32 registers of 4 floats). It is also what runs, slowly but correctly, on any other hardware.</summary>
internal readonly unsafe struct Simd128 : ISimd<Vector128<float>>
{
    public static int Width => 4;
    public static int RowVectors => AdvSimd.IsSupported ? 4 : 2;
    public static Vector128<float> Load(float* source) => Vector128.Load(source);
    public static Vector128<float> Broadcast(float value) => Vector128.Create(value);
    public static void Store(float* destination, Vector128<float> value) => value.Store(destination);
    public static Vector128<float> Add(Vector128<float> left, Vector128<float> right) => left + right;
    public static Vector128<float> Subtract(Vector128<float> left, Vector128<float> right) => left - right;
    public static Vector128<float> Multiply(Vector128<float> left, Vector128<float> right) => left * right;
    public static Vector128<float> MultiplyAdd(Vector128<float> left, Vector128<float> right, Vector128<float> addend) =>
        AdvSimd.IsSupported ? AdvSimd.FusedMultiplyAdd(addend, left, right)
        : Fma.IsSupported ? Fma.MultiplyAdd(left, right, addend)
        : left * right + addend;
    public static Vector128<float> Relu(Vector128<float> value) => Sse.IsSupported ? Sse.Max(Vector128<float>.Zero, value)
        : Vector128.AndNot(value, Vector128.LessThan(value, Vector128<float>.Zero));
    public static Vector128<float> ZeroUnlessAbove(Vector128<float> threshold, Vector128<float> gate, Vector128<float> value) =>
        Vector128.ConditionalSelect(Vector128.LessThanOrEqual(gate, threshold), Vector128<float>.Zero, value);
    public static Vector128<float> Absolute(Vector128<float> value) => Vector128.Abs(value);
}
