using CsCheck;
using MnistCnn.Kernels;
using MnistCnn.Layers;

namespace MnistCnn.Tests.Kernels;

public sealed unsafe class TranspositionTests
{
    private const int Line = 16;

    [Fact]
    public void Every_shape_is_transposed_and_nothing_else_is_written() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 40], Gen.Int[0, 5], Gen.Int[0, 5], Gen.Bool).Sample((rows, columns, sourceGap, destinationGap, stream) =>
        {
            int sourceStride = columns + sourceGap, destinationStride = stream ? (rows + Line - 1) / Line * Line : rows + destinationGap;
            AlignedBuffer source = new(rows * sourceStride), destination = new(columns * destinationStride);
            for (int i = 0; i < rows * sourceStride; i++)
            {
                source.Pointer[i] = i + 1;
            }

            Transposition.Run(source.Pointer, sourceStride, rows, columns, destination.Pointer, destinationStride, stream);
            for (int i = 0; i < columns * destinationStride; i++)
            {
                (int c, int r) = (i / destinationStride, i % destinationStride);
                Assert.Equal(r < rows ? source.Pointer[(r * sourceStride) + c] : 0, destination.Pointer[i]);
            }

            GC.KeepAlive((source, destination));
        });
}
