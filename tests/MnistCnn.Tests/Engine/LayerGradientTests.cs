using MnistCnn.Kernels;
using MnistCnn.Networks;

namespace MnistCnn.Tests.Engine;

/// <summary>Every kind of layer against libtorch in double precision, and against differences of the loss.</summary>
public sealed class LayerGradientTests
{
    [Fact]
    public void Outputs_and_all_gradients_of_random_networks_are_those_of_libtorch()
    {
        // The same networks each time: of any, one in a few thousand is so ill-conditioned that single precision is further off.
        for (int seed = 0; seed < 80; seed++)
        {
            Random random = new(seed);
            Compare(RandomLayers.Create(seed), seed, random.Next(2, 70), random.Next(1, 4), SimdKernels.All[random.Next(SimdKernels.All.Count)]);
        }
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void Batch_normalisation_of_a_wide_layer_and_at_either_end_is_that_of_libtorch(bool wide, bool last)
    {
        NetworkBuilder network = new NetworkBuilder(new(1, 12, 12)).Add(new BatchNormDescription("first", 1, 1e-5, 0.1, IsOfVector: false))
            .Convolution("conv", 16, 3, padding: 1).Relu("relu").Flatten()
            .Linear("wide", wide ? 72 : 30).Add(new BatchNormDescription("norm", wide ? 72 : 30, 1e-5, 0.1, IsOfVector: true)).Relu("relu2").Linear("last", 5);
        Compare((last ? network.Add(new BatchNormDescription("end", 5, 1e-5, 0.1, IsOfVector: true)) : network).Build(), 1, 40, 2, SimdKernels.Best);
    }

    [Fact]
    public void A_batch_of_one_number_for_each_channel_is_refused_as_by_PyTorch()
    {
        NetworkDescription network = new NetworkBuilder(new(1, 4, 4)).Flatten().Linear("a", 3)
            .Add(new BatchNormDescription("norm", 3, 1e-5, 0.1, IsOfVector: true)).Linear("b", 2).Build();
        using TorchNetwork torch = new(network, 1);
        EngineNetwork engine = new(network, torch.Values);
        Assert.Contains("Layer 'norm': expected more than 1 value", Assert.Throws<InvalidOperationException>(() => engine.Pass(new float[16], [0])).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void NaN_and_infinity_go_through_activation_and_pooling_where_libtorch_sends_them()
    {
        NetworkDescription network = new NetworkBuilder(new(1, 8, 8)).Relu("relu").Add(new MaxPoolDescription("max", 3, 2, 1))
            .Add(new LeakyReluDescription("leaky", 0.1))
            .Add(new AveragePoolDescription("mean", 2, 1)).Convolution("conv", 4, 2).Add(new GlobalAveragePoolDescription("global")).Flatten()
                .Linear("last", 3).Build();
        float[] values = [float.NaN, float.PositiveInfinity, float.NegativeInfinity];
        float[] images = RandomNetworks.Batch(network, 3, 2).Images;
        for (int n = 0; n < 3; n++)
        {
            images[n * 64 + 9] = values[n];
        }

        using TorchNetwork torch = new(network, 1);
        torch.Run(images, [0, 1, 2]);
        EngineNetwork engine = new(network, torch.Values);
        engine.Pass(images, [0, 1, 2]);
        Assert.Equal(torch.Output.Select(double.IsNaN), engine.Outputs(3).Select(float.IsNaN));
        Assert.Equal(torch.Output.Select(double.IsPositiveInfinity), engine.Outputs(3).Select(float.IsPositiveInfinity));
    }

    private static void Compare(NetworkDescription network, int seed, int count, int threads, SimdKernels simd)
    {
        (float[] images, long[] labels) = RandomNetworks.Batch(network, count, seed);
        for (int i = 0; i < images.Length; i++)
        {
            images[i] += 0.01f * (i % 7);
        }

        using TorchNetwork torch = new(network, seed);
        if (torch.Sensitivity(images, labels) > 1e-5)
        {
            return;
        }

        torch.Run(images, labels);
        EngineNetwork engine = new(network, torch.Values, count, threads, simd, ofImages: true);
        Assert.Equal(torch.Loss, engine.Backward(images, labels), 1e-4 * Math.Max(1, torch.Loss));
        EngineNetwork.AssertNear(torch.Output, engine.Outputs(count), "outputs");
        double scale = torch.ImageGradients.Concat(Enumerable.Range(0, torch.Values.Length).SelectMany(torch.Gradient)).Max(Math.Abs);
        for (int p = 0; p < torch.Values.Length; p++)
        {
            AssertClose(torch.Gradient(p), engine.Gradient(p), scale, network.Parameters[p].Name);
        }

        AssertClose(torch.ImageGradients, engine.ImageGradients(count), scale, "images");
    }

    /// <summary>
    /// To 1e-4 of the largest of its kind. Where a normalisation takes out what a layer adds, gradients cancel to nothing: then to rounding of the largest of
    /// all.
    /// </summary>
    private static void AssertClose(double[] expected, float[] actual, double scale, string what)
    {
        double worst = expected.Zip(actual, (e, a) => Math.Abs(e - a)).Max(), most = expected.Max(Math.Abs),
            allowed = 1e-4 * most + (most < 1e-9 * scale ? 3e-4 : 1e-4) * scale + 1e-9;
        Assert.True(worst <= allowed, $"{what}: expected a difference of at most {allowed}, found {worst}.");
    }
}
