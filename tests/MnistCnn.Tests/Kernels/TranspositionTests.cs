using CsCheck;
using MnistCnn.Engine;
using MnistCnn.Kernels;

namespace MnistCnn.Tests.Kernels;

public sealed unsafe class TranspositionTests
{
    [Fact]
    public void Every_shape_is_transposed_and_nothing_else_is_written() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 40], Gen.Int[0, 5], Gen.Int[0, 5]).Sample((rows, columns, sourceGap, destinationGap) =>
        {
            int sourceStride = columns + sourceGap, destinationStride = rows + destinationGap;
            AlignedBuffer source = new(rows * sourceStride), destination = new(columns * destinationStride);
            for (int i = 0; i < rows * sourceStride; i++)
            {
                source.Pointer[i] = i + 1;
            }

            Transposition.Run(source.Pointer, sourceStride, rows, columns, destination.Pointer, destinationStride);
            for (int i = 0; i < columns * destinationStride; i++)
            {
                (int c, int r) = (i / destinationStride, i % destinationStride);
                Assert.Equal(r < rows ? source.Pointer[r * sourceStride + c] : 0, destination.Pointer[i]);
            }

            GC.KeepAlive((source, destination));
        });

    [Fact]
    public void A_panel_is_transposed_without_the_columns_that_do_not_count() =>
        Gen.Select(Gen.Int[1, 16], Gen.Int[1, 64], Gen.Bool, Gen.Int[0, 1000]).Sample((quarters, rows, isListed, seed) =>
        {
            Random random = new(seed);
            int panel = 4 * quarters, stride = (rows + 15) & -16;
            int[] live = [.. Enumerable.Range(0, panel).Select(_ => isListed ? random.Next(2) : 1)];
            AlignedBuffer packed = new(panel * rows), destination = new((panel + 1) * stride);
            for (int i = 0; i < panel * rows; i++)
            {
                packed.Pointer[i] = i + 1;
            }

            fixed (int* counts = live)
            {
                float* end = Transposition.Panel(packed.Pointer, panel, rows, isListed ? counts : null, destination.Pointer, stride);
                Assert.Equal(live.Sum() * stride, end - destination.Pointer);
            }

            int[] columns = [.. Enumerable.Range(0, panel).Where(c => live[c] != 0)];
            for (int i = 0; i < columns.Length * stride; i++)
            {
                Assert.Equal(i % stride < rows ? packed.Pointer[i % stride * panel + columns[i / stride]] : 0, destination.Pointer[i]);
            }

            GC.KeepAlive((packed, destination));
        });
}
