using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using MnistCnn.Kernels;

namespace MnistCnn.Benchmarks.Workers;

/// <summary>What the machine can do at most: fused multiply-adds on registers alone, in the widest that there are, on some threads at once.</summary>
internal static class FmaLimit
{
    private const int Iterations = 2_000_000;
    private const int Chains = 12;

    /// <returns>GFLOP/s, a fused multiply-add counted as 2; the best of a few tries.</returns>
    public static double Measure(int threads)
    {
        (int width, Action work) = Vector512.IsHardwareAccelerated ? (16, new Action(() => Multiply<Simd512, Vector512<float>>()))
            : Fma.IsSupported ? (8, () => Multiply<Simd256, Vector256<float>>())
            : (4, () => Multiply<Simd128, Vector128<float>>());
        double best = 0;
        for (int attempt = 0; attempt < 8; attempt++)
        {
            // Each thread reads the clock itself: this one may not get a core before the others are done.
            using Barrier barrier = new(threads);
            long[] started = new long[threads], ended = new long[threads];
            Thread[] team = [.. Enumerable.Range(0, threads).Select(t => new Thread(() =>
            {
                barrier.SignalAndWait();
                started[t] = Stopwatch.GetTimestamp();
                work();
                ended[t] = Stopwatch.GetTimestamp();
            }))];
            Array.ForEach(team, t => t.Start());
            Array.ForEach(team, t => t.Join());
            best = Math.Max(best, 2.0 * threads * width * Chains * Iterations / Stopwatch.GetElapsedTime(started.Min(), ended.Max()).TotalSeconds / 1e9);
        }

        return best;
    }

    /// <summary>Chains enough to hide the latency of an instruction, and few enough to stay in 16 registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static unsafe void Multiply<TSimd, TVector>()
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        TVector x = TSimd.Broadcast(0.5f), y = TSimd.Broadcast(1f);
        TVector a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (int n = 0; n < Iterations; n++)
        {
            a = TSimd.MultiplyAdd(a, x, y);
            b = TSimd.MultiplyAdd(b, x, y);
            c = TSimd.MultiplyAdd(c, x, y);
            d = TSimd.MultiplyAdd(d, x, y);
            e = TSimd.MultiplyAdd(e, x, y);
            f = TSimd.MultiplyAdd(f, x, y);
            g = TSimd.MultiplyAdd(g, x, y);
            h = TSimd.MultiplyAdd(h, x, y);
            i = TSimd.MultiplyAdd(i, x, y);
            j = TSimd.MultiplyAdd(j, x, y);
            k = TSimd.MultiplyAdd(k, x, y);
            l = TSimd.MultiplyAdd(l, x, y);
        }

        TVector sum = TSimd.Add(TSimd.Add(TSimd.Add(a, b), TSimd.Add(c, d)), TSimd.Add(TSimd.Add(e, f), TSimd.Add(g, h)));
        sum = TSimd.Add(sum, TSimd.Add(TSimd.Add(i, j), TSimd.Add(k, l)));
        float* result = stackalloc float[TSimd.Width];
        TSimd.Store(result, sum);
        Result = result[0];
    }

#pragma warning disable IDE0052 // Written so that the compiler keeps the work.
    private static volatile float Result;
#pragma warning restore IDE0052
}
