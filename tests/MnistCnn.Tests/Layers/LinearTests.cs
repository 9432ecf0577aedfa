using CsCheck;
using MnistCnn.Kernels;
using MnistCnn.Layers;
using MnistCnn.Tests.Networks;

namespace MnistCnn.Tests.Layers;

public sealed unsafe class LinearTests
{
    private const int Line = 16;

    [Fact]
    public void The_gradient_of_the_input_is_that_of_the_definition_for_live_outputs_alone_and_past_the_caches_too() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 90], Gen.Int[1, 150], Gen.Int[0, 10], Gen.Bool, Gen.Int[0, 1000]).Sample(
            (rows, inputs, outputs, share, stream, seed) =>
            {
                foreach (SimdKernels simd in KernelNetwork.Widths())
                {
                    Random random = new(seed);
                    Linear layer = new(simd, inputs, outputs);
                    int strideX = Padded(inputs), strideY = Padded(layer.Columns);
                    bool[] lives = [.. Enumerable.Range(0, outputs).Select(_ => random.Next(10) < share)];
                    AlignedBuffer weights = KernelNetwork.Filled(outputs * inputs, _ => random.NextSingle() - 0.5f), packed = new(layer.PackedForwardLength), x = KernelNetwork.Filled(rows * strideX, _ => random.Next(-1, 3)), gradient = new(rows * strideX);
                    AlignedBuffer y = KernelNetwork.Filled(rows * strideY, i => i % strideY < outputs && lives[i % strideY] ? random.NextSingle() - 0.5f : 0), compact = new(rows * strideY);
                    AlignedBuffer activity = KernelNetwork.Filled(2 * layer.Columns, o => o < outputs && lives[o] ? 1 : 0), scratch = new(layer.ScratchLength);
                    for (int output = 0; output < outputs; output += layer.Panel)
                    {
                        layer.Copy(output, weights.Pointer, packed.Pointer);
                    }

                    LiveOutputs live = new(simd, layer);
                    bool some = live.Find(activity.Pointer, 1);
                    live.Compact(y.Pointer, strideY, rows, compact.Pointer);
                    layer.BackwardInput(
                        0, inputs, rows, some ? compact.Pointer : y.Pointer, strideY, packed.Pointer, x.Pointer, gradient.Pointer, strideX, scratch.Pointer, some ? live : null, stream);

                    for (int n = 0; n < rows; n++)
                    {
                        for (int i = 0; i < inputs; i++)
                        {
                            double expected = x.Pointer[(n * strideX) + i] > 0 ? Enumerable.Range(0, outputs).Sum(o => (double)y.Pointer[(n * strideY) + o] * weights.Pointer[(o * inputs) + i]) : 0;
                            Assert.Equal(expected, gradient.Pointer[(n * strideX) + i], 1e-4);
                        }
                    }

                    GC.KeepAlive((weights, packed, x, gradient, y, compact, activity, scratch));
                }
            },
            iter: 60,
            threads: 1);

    private static int Padded(int length) => (length + Line - 1) / Line * Line;
}
