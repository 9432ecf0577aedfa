using System.Runtime.Intrinsics;
using MnistCnn.Kernels;

namespace MnistCnn.Tests.Kernels;

/// <summary>
/// What AVX-512 does, by halves on AVX2: tiles, panels and tables then have the shapes that they have on a processor with AVX-512, and every processor with
/// AVX2 tests them.
/// </summary>
internal readonly unsafe struct Simd512InHalves : ISimd<Vector512<float>>
{
    public static int Width => 16;
    public static int RowVectors => 4;
    public static Vector512<float> Load(float* source) => Vector512.Load(source);
    public static Vector512<float> Broadcast(float value) => Vector512.Create(value);
    public static void Store(float* destination, Vector512<float> value) => value.Store(destination);
    public static Vector512<float> Add(Vector512<float> left, Vector512<float> right) => left + right;
    public static Vector512<float> Subtract(Vector512<float> left, Vector512<float> right) => left - right;
    public static Vector512<float> Multiply(Vector512<float> left, Vector512<float> right) => left * right;
    public static Vector512<float> MultiplyAdd(Vector512<float> left, Vector512<float> right, Vector512<float> addend) => Vector512.Create(
        Simd256.MultiplyAdd(left.GetLower(), right.GetLower(), addend.GetLower()), Simd256.MultiplyAdd(left.GetUpper(), right.GetUpper(), addend.GetUpper()));
    public static Vector512<float> Relu(Vector512<float> value) => Vector512.Create(Simd256.Relu(value.GetLower()), Simd256.Relu(value.GetUpper()));
    public static Vector512<float> ZeroUnlessAbove(Vector512<float> threshold, Vector512<float> gate, Vector512<float> value) =>
        Simd512.ZeroUnlessAbove(threshold, gate, value);
    public static Vector512<float> Absolute(Vector512<float> value) => Vector512.Abs(value);
}
