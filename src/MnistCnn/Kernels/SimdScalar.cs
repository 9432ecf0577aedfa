using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace MnistCnn.Kernels;

/// <summary>One float: for the columns and elements that fill no register.</summary>
internal readonly unsafe struct SimdScalar : ISimd<float>
{
    public static int Width => 1;
    public static int RowVectors => 1;
    public static float Load(float* source) => *source;
    public static float Broadcast(float value) => value;
    public static void Store(float* destination, float value, bool stream = false) => *destination = value;
    public static float Add(float left, float right) => left + right;
    public static float Subtract(float left, float right) => left - right;
    public static float Multiply(float left, float right) => left * right;
    public static float Divide(float left, float right) => left / right;
    public static float SquareRoot(float value) => MathF.Sqrt(value);
    public static float MultiplyAdd(float left, float right, float addend) => Fma.IsSupported || AdvSimd.IsSupported ? MathF.FusedMultiplyAdd(left, right, addend) : (left * right) + addend;
    public static float Relu(float value) => value < 0 ? 0 : value;
    public static float ZeroUnlessAbove(float threshold, float gate, float value) => gate <= threshold ? 0 : value;
    public static float Absolute(float value) => MathF.Abs(value);
    public static float Permute(float value, int* lanes) => *lanes < 0 ? 0 : value;
}
