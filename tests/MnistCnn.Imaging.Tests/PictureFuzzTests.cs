using System.Diagnostics;
using MnistCnn.Tests;
using MnistCnn.Tests.Data;
using SkiaSharp;
using static MnistCnn.Imaging.Tests.Drawing;

namespace MnistCnn.Imaging.Tests;

/// <summary>Mutated pictures are prepared or refused with <see cref="PictureFormatException"/>, and the process survives them.</summary>
[Collection(nameof(AloneInTheProcess))]
public sealed class PictureFuzzTests
{
    private const int Count = 10_000;

    [Theory]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    public void Mutants_are_prepared_or_refused(SKEncodedImageFormat format)
    {
        byte[] valid = Encode(60, 60, (x, y) => IsSeven((x - 20.5) / 30, (y - 10.5) / 30) ? SKColors.Black : SKColors.White, format);
        using Process process = Process.GetCurrentProcess();
        (long before, int prepared, long slowest) = (process.WorkingSet64, 0, 0);
        Parallel.For(0, Count / 100, block =>
        {
            Random random = new(block);
            for (int i = 0; i < 100; i++)
            {
                byte[] mutant = Mutants.Of(valid, random, headerLength: 60);
                long start = Stopwatch.GetTimestamp();
                try
                {
                    Assert.Equal(784, DigitImage.Prepare(mutant).Length);
                    _ = DigitImage.FindDigits(mutant);
                    Interlocked.Increment(ref prepared);
                }
                catch (PictureFormatException exception)
                {
                    Assert.StartsWith("'(picture)': expected ", exception.Message, StringComparison.Ordinal);
                }

                long ticks = Stopwatch.GetElapsedTime(start).Ticks;
                for (long seen = Volatile.Read(ref slowest); ticks > seen && Interlocked.CompareExchange(ref slowest, ticks, seen) != seen;)
                {
                    seen = Volatile.Read(ref slowest);
                }
            }
        });
        process.Refresh();
        long grown = (process.WorkingSet64 - before) >> 20;
        TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant(
            $"{Count} mutants, {prepared} prepared, slowest {TimeSpan.FromTicks(slowest).TotalMilliseconds:F0} ms, working set + {grown} MiB"));
        Assert.InRange(prepared, 0, Count);
        Assert.InRange(grown, -4096, 128);
        // A picture of the largest size that is allowed takes a third of a second; one that is allowed by mistake takes minutes.
        Assert.InRange(TimeSpan.FromTicks(slowest).TotalSeconds, 0, 60);
    }
}
