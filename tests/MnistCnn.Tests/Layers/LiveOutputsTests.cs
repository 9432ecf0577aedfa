using CsCheck;
using MnistCnn.Kernels;
using MnistCnn.Layers;
using MnistCnn.Networks;
using MnistCnn.Tests.Networks;

namespace MnistCnn.Tests.Layers;

/// <summary>What the backward pass leaves out of the first linear layer: outputs whose ReLU is shut for the whole batch.</summary>
public sealed class LiveOutputsTests
{
    private const int Hidden = 100, FirstWeights = 2, FirstBias = 3;
    private static readonly CnnShape s_shape = new([new(1, 12, 11, 9, 3, 2)], [5 * 5 * 9, Hidden, 10]);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(37)]
    [InlineData(99)]
    [InlineData(100)]
    public void Gradients_without_the_outputs_that_no_image_activates_agree_with_the_scalar_twin(int shut)
    {
        float[][] parameters = WithShut(shut);
        (float[] images, long[] labels) = KernelNetwork.RandomBatch(s_shape, 70, 1);
        ReferenceNetwork reference = new(s_shape, parameters);
        reference.Run(images, labels, 0);
        int dead = Enumerable.Range(0, Hidden).Count(output => reference.Gradients[FirstBias][output] == 0);
        foreach (SimdKernels simd in KernelNetwork.Widths())
        {
            KernelNetwork network = new(s_shape, parameters, 70, 2, simd);
            float[] imageGradients = network.Backward(images, labels).ImageGradients;

            Assert.True(dead >= shut);
            Assert.Equal(Registers(Hidden - dead, simd) < Registers(Hidden, simd) ? Hidden - dead : null, network.Live);
            KernelNetwork.AssertNear([.. reference.ImageGradients.SelectMany(g => g)], imageGradients, "images");
            for (int p = 0; p < parameters.Length; p++)
            {
                KernelNetwork.AssertNear(reference.Gradients[p], network.Gradient(p), $"parameter {p}");
            }
        }
    }

    [Fact]
    public void An_infinite_weight_of_an_output_that_no_image_activates_still_reaches_the_images()
    {
        float[][] parameters = WithShut(40);
        parameters[FirstWeights][7] = float.NegativeInfinity;
        (float[] images, long[] labels) = KernelNetwork.RandomBatch(s_shape, 20, 1);
        KernelNetwork network = new(s_shape, parameters, 20, 1);
        float[] imageGradients = network.Backward(images, labels).ImageGradients;

        Assert.Null(network.Live);
        Assert.Contains(imageGradients, float.IsNaN);
    }

    [Fact]
    public unsafe void Adam_on_compact_gradients_does_what_Adam_does_on_whole_ones() => Gen.Select(Gen.Int[1, 9], Gen.Int[1, 300], Gen.Int[1, 10], Gen.Int[0, 1000]).Sample(
        (rows, outputs, share, seed) =>
        {
            foreach (SimdKernels simd in KernelNetwork.Widths())
            {
                Random random = new(seed);
                Linear layer = new(simd, rows, outputs);
                LiveOutputs live = new(simd, layer);
                AlignedBuffer activity = KernelNetwork.Filled(2 * layer.Columns, c => c < outputs && random.Next(10) < share ? 1 : 0), compact = KernelNetwork.Filled(rows * layer.CompactStride, i => (1 - random.NextSingle()) * (i % 2 == 0 ? 1 : -1)); // never zero
                live.Find(activity.Pointer, 1);
                int length = rows * layer.Panel;
                AdamStep step = AdamStep.Create(0.01, 0.9, 0.999, 1e-8, 0.01, decoupled: false, 3);
                for (int first = 0; first < layer.Columns; first += layer.Panel)
                {
                    AlignedBuffer[] one = [.. Enumerable.Range(0, 3).Select(b => KernelNetwork.Filled(length, i => (b + i) % 7))], two = [.. Enumerable.Range(0, 3).Select(b => KernelNetwork.Filled(length, i => (b + i) % 7))];
                    AlignedBuffer whole = new(length);
                    live.Expand(compact.Pointer, layer.CompactStride, rows, first, layer.Panel, whole.Pointer);
                    simd.Adam(one[0].Pointer, whole.Pointer, one[1].Pointer, one[2].Pointer, length, step);
                    live.Adam(compact.Pointer, layer.CompactStride, rows, first, two[0].Pointer, two[1].Pointer, two[2].Pointer, step);

                    Assert.All(one.Zip(two), pair => Assert.Equal(new Span<float>(pair.First.Pointer, length), new Span<float>(pair.Second.Pointer, length)));
                    Assert.Equal(
                        Enumerable.Range(0, length).Select(i => activity.Pointer[first + (i % layer.Panel)] != 0),
                        Enumerable.Range(0, length).Select(i => whole.Pointer[i] != 0));
                }
            }
        },
        iter: 60,
        threads: 1);

    private static int Registers(int columns, SimdKernels simd) => (columns + simd.Width - 1) / simd.Width;

    /// <summary>Every output from the first on has a bias that no input outweighs.</summary>
    private static float[][] WithShut(int outputs)
    {
        float[][] parameters = KernelNetwork.RandomParameters(s_shape, 1);
        parameters[FirstBias].AsSpan(0, outputs).Fill(-1000);
        return parameters;
    }
}
