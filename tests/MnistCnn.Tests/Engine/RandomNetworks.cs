using CsCheck;
using MnistCnn.Networks;

namespace MnistCnn.Tests.Engine;

/// <summary>Networks, weights and images from seeds.</summary>
internal static class RandomNetworks
{
    public static NetworkDescription Reference { get; } = ReferenceNetwork.Create(28, 28, 10);

    /// <summary>One to three convolutions and one to three linear layers, each with or without ReLU.</summary>
    public static Gen<NetworkDescription> All =>
        from channels in Gen.Int[1, 3]
        from height in Gen.Int[5, 20]
        from width in Gen.Int[5, 20]
        from filters in Gen.Int[1, 70].Array[1, 3]
        from kernels in Gen.Frequency((2, Gen.Int[1, 5]), (1, Gen.Const(3))).Array[3]
        from strides in Gen.Frequency((2, Gen.Int[1, 3]), (1, Gen.Const(1))).Array[3]
        from paddings in Gen.Int[0, 2].Array[3]
        from hidden in Gen.Int[1, 140].Array[0, 2]
        from relus in Gen.Frequency((1, Gen.Const(false)), (4, Gen.Const(true))).Array[5]
        from softmax in Gen.Frequency((1, Gen.Const(true)), (4, Gen.Const(false)))
        from classes in Gen.Int[2, 20]
        select Create(new(channels, height, width), [.. filters.Select((f, l) => (f, kernels[l], strides[l], paddings[l]))], [.. hidden, classes], relus,
            softmax);

    public static NetworkDescription Create(
        MapShape input, IReadOnlyList<(int Filters, int Kernel, int Stride, int Padding)> convolutions, IReadOnlyList<int> widths,
        IReadOnlyList<bool>? relus = null, bool softmax = false)
    {
        List<LayerDescription> layers = [];
        MapShape shape = input;
        for (int l = 0; l < convolutions.Count; l++)
        {
            (int filters, int kernel, int stride, int padding) = convolutions[l];
            padding = Math.Min(padding, kernel - 1);
            Add(new ConvolutionDescription($"conv{l}", shape.Channels, filters, Math.Min(kernel, Math.Min(shape.Height, shape.Width) + 2 * padding), stride,
                padding));
            AddRelu(l);
        }

        Add(new FlattenDescription("flatten"));
        for (int l = 0; l < widths.Count; l++)
        {
            Add(new LinearDescription($"fc{l}", shape.Length, widths[l]));
            if (l < widths.Count - 1)
            {
                AddRelu(convolutions.Count + l);
            }
        }

        if (softmax)
        {
            Add(new SoftmaxDescription("softmax"));
        }

        return new NetworkDescription(input, layers);

        void Add(LayerDescription layer)
        {
            layers.Add(layer);
            shape = layer.OutputOf(shape);
        }

        void AddRelu(int index)
        {
            if (relus is null || relus[index])
            {
                Add(new ReluDescription($"relu{index}"));
            }
        }
    }

    /// <summary>Uniform within ±1/√fan-in, as PyTorch does.</summary>
    public static float[][] Parameters(NetworkDescription network, int seed)
    {
        Random random = new(seed);
        return [.. network.Layers.SelectMany(layer => layer.Parameters.Select(parameter =>
        {
            double bound = 1 / Math.Sqrt((double)layer.Parameters[0].Length / layer.Parameters[0].Shape[0]);
            return Enumerable.Range(0, (int)parameter.Length).Select(_ => (float)((2 * random.NextDouble() - 1) * bound)).ToArray();
        }))];
    }

    /// <summary>Noise, a third of it black: all over the images, or, if the seed is odd, in boxes of them.</summary>
    public static (float[] Images, long[] Labels) Batch(NetworkDescription network, int count, int seed)
    {
        Random random = new(seed);
        (int channels, int height, int width) = network.Input;
        float[] images = [.. Enumerable.Range(0, count).SelectMany(_ =>
        {
            (int top, int left) = seed % 2 == 0 ? (0, 0) : (random.Next(height), random.Next(width));
            (int bottom, int right) = seed % 2 == 0 ? (height, width) : (random.Next(top, height + 1), random.Next(left, width + 1));
            return Enumerable.Range(0, channels * height * width).Select(p =>
                p / width % height < top || p / width % height >= bottom || p % width < left || p % width >= right || random.Next(3) == 0 ? 0
                    : random.NextSingle());
        })];
        return (images, [.. Enumerable.Range(0, count).Select(_ => (long)random.Next(network.Classes))]);
    }
}
