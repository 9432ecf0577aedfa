using System.Runtime.CompilerServices;
using MnistCnn.Kernels;

namespace MnistCnn.Inference;

internal sealed unsafe class WinogradTransforms<TSimd, TVector> : WinogradTransforms
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Input(float* source, nint rowStride, int channels, float* destination, nint pointStride)
    {
        TVector* half = stackalloc TVector[36];
        for (int c = 0; c < channels; c += TSimd.Width)
        {
            for (int x = 0; x < 6; x++)
            {
                InputColumn(source + c + (x * channels), rowStride, (float*)(half + x), 6 * TSimd.Width);
            }

            for (int y = 0; y < 6; y++)
            {
                InputColumn((float*)(half + (6 * y)), TSimd.Width, destination + c + (6 * y * pointStride), pointStride);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Output(float* source, nint pointStride, int filters, float* bias, float* destination, nint rowStride)
    {
        TVector* half = stackalloc TVector[24];
        TVector zero = TSimd.Broadcast(0);
        for (int f = 0; f < filters; f += TSimd.Width)
        {
            for (int x = 0; x < 6; x++)
            {
                OutputColumn(source + f + (x * pointStride), 6 * pointStride, zero, false, (float*)(half + x), 6 * TSimd.Width);
            }

            TVector added = TSimd.Load(bias + f);
            for (int y = 0; y < 4; y++)
            {
                OutputColumn((float*)(half + (6 * y)), TSimd.Width, added, true, destination + f + (y * rowStride), filters);
            }
        }
    }

    /// <summary>Bᵀ d.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InputColumn(float* source, nint stride, float* destination, nint step)
    {
        TVector d0 = TSimd.Load(source), d1 = TSimd.Load(source + stride), d2 = TSimd.Load(source + (2 * stride));
        TVector d3 = TSimd.Load(source + (3 * stride)), d4 = TSimd.Load(source + (4 * stride)), d5 = TSimd.Load(source + (5 * stride));
        TVector two = TSimd.Broadcast(2), four = TSimd.Broadcast(4), minusFour = TSimd.Broadcast(-4), minusFive = TSimd.Broadcast(-5);
        TVector even = TSimd.MultiplyAdd(minusFour, d2, d4), odd = TSimd.MultiplyAdd(minusFour, d1, d3);
        TVector evenNear = TSimd.Subtract(d4, d2), oddNear = TSimd.Multiply(two, TSimd.Subtract(d3, d1));
        TSimd.Store(destination, TSimd.MultiplyAdd(four, d0, TSimd.MultiplyAdd(minusFive, d2, d4)));
        TSimd.Store(destination + step, TSimd.Add(even, odd));
        TSimd.Store(destination + (2 * step), TSimd.Subtract(even, odd));
        TSimd.Store(destination + (3 * step), TSimd.Add(evenNear, oddNear));
        TSimd.Store(destination + (4 * step), TSimd.Subtract(evenNear, oddNear));
        TSimd.Store(destination + (5 * step), TSimd.MultiplyAdd(four, d1, TSimd.MultiplyAdd(minusFive, d3, d5)));
    }

    /// <summary>Aᵀ m, plus the bias and the ReLU at the end of both passes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void OutputColumn(float* source, nint stride, TVector bias, bool last, float* destination, nint step)
    {
        TVector m0 = TSimd.Load(source), m1 = TSimd.Load(source + stride), m2 = TSimd.Load(source + (2 * stride));
        TVector m3 = TSimd.Load(source + (3 * stride)), m4 = TSimd.Load(source + (4 * stride)), m5 = TSimd.Load(source + (5 * stride));
        TVector sum = TSimd.Add(m1, m2), difference = TSimd.Subtract(m1, m2), farSum = TSimd.Add(m3, m4), farDifference = TSimd.Subtract(m3, m4);
        Store(TSimd.Add(TSimd.Add(m0, sum), TSimd.Add(farSum, bias)), last, destination);
        Store(TSimd.Add(TSimd.MultiplyAdd(TSimd.Broadcast(2), farDifference, difference), bias), last, destination + step);
        Store(TSimd.Add(TSimd.MultiplyAdd(TSimd.Broadcast(4), farSum, sum), bias), last, destination + (2 * step));
        Store(TSimd.Add(TSimd.Add(TSimd.MultiplyAdd(TSimd.Broadcast(8), farDifference, difference), m5), bias), last, destination + (3 * step));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(TVector value, bool last, float* destination) => TSimd.Store(destination, last ? TSimd.Relu(value) : value);
}
