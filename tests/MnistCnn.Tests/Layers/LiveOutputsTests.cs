using MnistCnn.Kernels;
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

    private static int Registers(int columns, SimdKernels simd) => (columns + simd.Width - 1) / simd.Width;

    /// <summary>Every output from the first on has a bias that no input outweighs.</summary>
    private static float[][] WithShut(int outputs)
    {
        float[][] parameters = KernelNetwork.RandomParameters(s_shape, 1);
        parameters[FirstBias].AsSpan(0, outputs).Fill(-1000);
        return parameters;
    }
}
