using MnistCnn.Engine;
using MnistCnn.Kernels;
using MnistCnn.Networks;

namespace MnistCnn.Tests.Engine.Shortcuts;

/// <summary>What the backward pass leaves out of a wide linear layer: outputs whose ReLU is shut for the whole batch.</summary>
public sealed unsafe class LiveOutputsTests
{
    private const int Hidden = 100, FirstWeights = 2, FirstBias = 3;
    private static readonly NetworkDescription Network = RandomNetworks.Create(new(1, 24, 24), [(9, 3, 2, 0)], [Hidden, 10]);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(37)]
    [InlineData(99)]
    [InlineData(100)]
    public void Gradients_without_the_outputs_that_no_image_activates_agree_with_the_scalar_twin(int shut)
    {
        float[][] parameters = WithShut(shut);
        (float[] images, long[] labels) = RandomNetworks.Batch(Network, 70, 1);
        ScalarNetwork scalar = new(Network, parameters);
        scalar.Run(images, labels);
        foreach (SimdKernels simd in EngineNetwork.Widths)
        {
            EngineNetwork engine = new(Network, parameters, 70, 2, simd, ofImages: true);
            engine.Backward(images, labels);

            EngineNetwork.AssertNear(scalar.ImageGradients.SelectMany(g => g), engine.ImageGradients(70), "images");
            for (int p = 0; p < parameters.Length; p++)
            {
                EngineNetwork.AssertNear(scalar.Gradients[p], engine.Gradient(p), $"parameter {p}");
            }
        }
    }

    [Fact]
    public void An_infinite_weight_of_an_output_that_no_image_activates_still_reaches_the_images()
    {
        float[][] parameters = WithShut(40);
        parameters[FirstWeights][7] = float.NegativeInfinity;
        (float[] images, long[] labels) = RandomNetworks.Batch(Network, 20, 1);
        EngineNetwork engine = new(Network, parameters, 20, ofImages: true);
        engine.Backward(images, labels);

        Assert.Contains(engine.ImageGradients(20), float.IsNaN);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(33)]
    [InlineData(128)]
    public void Lists_name_the_outputs_that_any_slice_activates(int outputs)
    {
        const int slices = 3, rows = 5;
        Random random = new(outputs);
        int length = LiveOutputs.Length(outputs), stride = (outputs + 31) & -16;
        AlignedBuffer memory = new(slices * length), activations = new(slices * rows * stride), compact = new(rows * stride);
        HashSet<int> expected = [];
        for (int i = 0; i < 2 * outputs; i++)
        {
            int output = random.Next(outputs), row = random.Next(slices * rows);
            if (output % 3 > 0)
            {
                activations.Pointer[row * stride + output] = i % 2 == 0 ? 1e-40f : float.NaN;
                expected.Add(output);
            }
        }

        activations.Pointer[0] = -0f;
        for (int s = 0; s < slices; s++)
        {
            new LiveOutputs(memory.Pointer + s * length, outputs).FindActivity(activations.Pointer + s * rows * stride, stride, rows);
        }

        LiveOutputs live = new(memory.Pointer + length, outputs);
        live.List(memory.Pointer, slices, outputs);
        int[] sorted = [.. expected.Order()];
        Assert.Equal(sorted.Length, live.Count);
        Assert.Equal(Enumerable.Range(0, outputs).Select(expected.Contains), new ReadOnlySpan<int>(live.Any, outputs).ToArray().Select(any => any != 0));
        Assert.Equal(sorted.Select(output => output * InputBlocks.GradientInputs), new ReadOnlySpan<int>(live.Rows, live.Count).ToArray());
        Assert.Equal(Enumerable.Range(0, live.Count), new ReadOnlySpan<int>(live.Places, live.Count).ToArray());

        live.Compact(activations.Pointer, stride, rows, compact.Pointer, stride);
        for (int r = 0; r < rows; r++)
        {
            for (int i = 0; i < sorted.Length; i++)
            {
                Assert.Equal(activations.Pointer[r * stride + sorted[i]], compact.Pointer[r * stride + i]);
            }
        }

        GC.KeepAlive((memory, activations, compact));
    }

    /// <summary>Every output from the first on has a bias that no input outweighs.</summary>
    private static float[][] WithShut(int outputs)
    {
        float[][] parameters = RandomNetworks.Parameters(Network, 1);
        parameters[FirstBias].AsSpan(0, outputs).Fill(-1000);
        return parameters;
    }
}
