using CsCheck;
using MnistCnn.Kernels;

namespace MnistCnn.Tests.Kernels;

public sealed unsafe class TranspositionTests
{
    [Fact]
    public void Every_shape_is_transposed_and_nothing_else_is_written() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 40], Gen.Int[0, 5], Gen.Int[0, 5]).Sample((rows, columns, sourceGap, destinationGap) =>
        {
            int sourceStride = columns + sourceGap, destinationStride = rows + destinationGap;
            float[] source = [.. Enumerable.Range(1, rows * sourceStride).Select(i => (float)i)], destination = new float[columns * destinationStride];
            fixed (float* from = source, to = destination)
            {
                Transposition.Run(from, sourceStride, rows, columns, to, destinationStride);
            }

            for (int i = 0; i < destination.Length; i++)
            {
                (int c, int r) = (i / destinationStride, i % destinationStride);
                Assert.Equal(r < rows ? source[(r * sourceStride) + c] : 0, destination[i]);
            }
        });
}
