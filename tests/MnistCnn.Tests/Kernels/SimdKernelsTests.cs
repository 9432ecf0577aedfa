using CsCheck;
using MnistCnn.Engine;
using MnistCnn.Kernels;
using MnistCnn.Tests.Engine;

namespace MnistCnn.Tests.Kernels;

public sealed unsafe class SimdKernelsTests
{
    [Fact]
    public void A_row_times_a_matrix_is_bit_for_bit_what_the_product_of_matrices_gives() =>
        Gen.Select(Gen.Int[1, 600], Gen.Int[1, 5], Gen.Double[0, 1], Gen.Bool, Gen.Int[0, 1000]).Sample((depth, panels, share, hasBias, seed) =>
        {
            foreach (SimdKernels simd in EngineNetwork.Widths)
            {
                Random random = new(seed);
                int columns = panels * simd.RowVectors * simd.Width, first = random.Next(depth);
                Assert.Equal(simd.RowVectors * simd.Width, simd.PanelWidth(columns));
                AlignedBuffer a = Random(depth, share), b = Random(simd.PackedLength(depth, columns), 1), bias = Random(columns, 1),
                    expected = Random(columns, 1), found = Random(columns, 1);
                a.Pointer[depth - 1] = float.NaN;
                TileOperands operands = new()
                {
                    A = a.Pointer + first,
                    AInner = 1,
                    B = b.Pointer + first * simd.PanelWidth(columns),
                    BInner = 1,
                    Outer = 1,
                    Middle = 1,
                    Inner = depth - first,
                    C = expected.Pointer,
                    Bias = hasBias ? bias.Pointer : null,
                };
                simd.Multiply(ref operands, RowSet.Strided(1, 0, 0), columns, packedDepth: depth);
                simd.MultiplyRow(a.Pointer + first, depth - first, b.Pointer + first * simd.PanelWidth(columns), depth, columns,
                    hasBias ? bias.Pointer : null, found.Pointer);
                Assert.Equal(Values(expected, columns), Values(found, columns));

                AlignedBuffer Random(int length, double some) => ParameterMemory.Of(length, _ => random.NextDouble() < some ? random.NextSingle() - 0.5f : 0);
            }
        }, iter: 60, threads: 1);

    [Fact]
    public void A_product_is_that_of_the_definition_for_rows_at_strides_in_lists_and_in_tables_and_its_operands_stay() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 30], Gen.Int[1, 9], Gen.Bool, Gen.Bool, Gen.Int[0, 1000]).Sample((rows, depth, registers, relu, gated, seed) =>
        {
            foreach (SimdKernels simd in EngineNetwork.Widths)
            {
                Random random = new(seed);
                int columns = registers * simd.Width;
                AlignedBuffer a = Random(rows * depth), b = Random(depth * columns), gate = Random(rows * columns), bias = Random(columns);
                int[] order = [.. Enumerable.Range(0, rows)];
                random.Shuffle(order);
                double[] expected = [.. Enumerable.Range(0, rows * columns).Select(i =>
                {
                    double sum = bias.Pointer[i % columns];
                    for (int k = 0; k < depth; k++)
                    {
                        sum += (double)a.Pointer[i / columns * depth + k] * b.Pointer[k * columns + i % columns];
                    }

                    return (relu && sum < 0) || (gated && gate.Pointer[i] <= 0) ? 0 : sum;
                })];
                int[] ofA = [.. order.Select(r => r * depth)], ofC = [.. order.Select(r => r * columns)];
                fixed (int* listA = ofA, listC = ofC)
                {
                    foreach (RowSet set in (RowSet[])[RowSet.Strided(rows, depth, columns), RowSet.Listed(rows, listA, listC), RowSet.Table(ofA, ofC)])
                    {
                        AlignedBuffer c = new(rows * columns);
                        TileOperands operands = new()
                        {
                            A = a.Pointer,
                            AInner = 1,
                            B = b.Pointer,
                            BInner = columns,
                            Outer = 1,
                            Middle = 1,
                            Inner = depth,
                            C = c.Pointer,
                            Bias = bias.Pointer,
                            Relu = relu,
                            Gate = gated ? gate.Pointer : null,
                        };
                        TileOperands before = operands;
                        simd.Multiply(ref operands, set, columns);
                        Assert.All(expected.Zip(Values(c, expected.Length)), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
                        Assert.True(before.A == operands.A && before.B == operands.B && before.C == operands.C && before.Bias == operands.Bias
                            && before.Gate == operands.Gate && before.BInner == operands.BInner);
                    }
                }

                AlignedBuffer Random(int length) => ParameterMemory.Of(length, _ => random.NextSingle() - 0.5f);
            }
        }, iter: 60, threads: 1);

    [Theory]
    [InlineData(1 << 16, 1 << 15)]
    [InlineData(int.MaxValue - 3, 1)]
    public void Lengths_that_no_index_holds_are_refused(int depth, int columns) =>
        Assert.All(EngineNetwork.Widths, simd => Assert.Throws<OverflowException>(() => simd.PackedLength(depth, columns)));

    private static float[] Values(AlignedBuffer buffer, int length) => new ReadOnlySpan<float>(buffer.Pointer, length).ToArray();
}
