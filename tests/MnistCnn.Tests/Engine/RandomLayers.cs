using MnistCnn.Networks;

namespace MnistCnn.Tests.Engine;

/// <summary>Networks of every kind of layer, in any order that fits, from a seed.</summary>
internal static class RandomLayers
{
    /// <param name="seed">The seed.</param>
    /// <param name="dropout">Whether there may be dropout.</param>
    public static NetworkDescription Create(int seed, bool dropout = false)
    {
        Random random = new(seed);
        NetworkBuilder network = new(new(random.Next(1, 5), random.Next(7, 19), random.Next(7, 19)));
        int count = random.Next(1, 6), classes = random.Next(2, 13);
        for (int l = 0; l < count; l++)
        {
            AddToMap(network, random, $"{l}", dropout);
        }

        if (random.Next(4) == 0)
        {
            network.Add(new GlobalAveragePoolDescription("global"));
        }

        network.Flatten();
        if (random.Next(3) == 0)
        {
            AddActivation(network, random, "activation");
        }

        if (random.Next(2) == 0)
        {
            network.Linear("hidden", random.Next(2) == 0 ? random.Next(2, 40) : 64, bias: random.Next(2) == 0);
            if (random.Next(2) == 0)
            {
                network.Add(new BatchNormDescription("norm", network.Shape.Channels, 1e-5, 0.1, IsOfVector: true));
            }

            AddActivation(network, random, "hidden activation");
            if (dropout)
            {
                network.Add(new DropoutDescription("drop", 0.5, PerChannel: false));
            }
        }

        network.Linear("last", classes, bias: random.Next(4) > 0);
        return random.Next(4) == 0 ? network.Add(new SoftmaxDescription("softmax", IsLogarithm: true)).Build() : network.Build();
    }

    private static void AddToMap(NetworkBuilder network, Random random, string name, bool dropout)
    {
        MapShape shape = network.Shape;
        int side = Math.Min(shape.Height, shape.Width), kernel = Math.Min(random.Next(1, 8), side), pool = Math.Min(random.Next(1, 4), side);
        switch (random.Next(dropout ? 8 : 7))
        {
            case 0 or 1:
                network.Convolution(name, random.Next(1, 40), kernel, stride: random.Next(1, 4), padding: random.Next(0, kernel), bias: random.Next(2) == 0);
                break;
            case 2:
                network.Convolution(name, random.Next(8, 40), Math.Min(3, side), padding: random.Next(0, Math.Min(3, side))).Relu($"{name} relu");
                break;
            case 3:
                network.Add(new MaxPoolDescription(name, pool, random.Next(1, 4), random.Next(0, pool / 2 + 1)));
                break;
            case 4:
                network.Add(new AveragePoolDescription(name, pool, random.Next(1, 4), random.Next(0, pool / 2 + 1)));
                break;
            case 5:
                network.Add(new BatchNormDescription(name, shape.Channels, 1e-5, random.Next(2) == 0 ? 0.3 : 0.1, IsOfVector: false));
                break;
            case 6:
                AddActivation(network, random, name);
                break;
            default:
                network.Add(new DropoutDescription(name, 0.25, PerChannel: random.Next(2) == 0));
                break;
        }
    }

    private static void AddActivation(NetworkBuilder network, Random random, string name) =>
        network.Add(random.Next(3) == 0 ? new LeakyReluDescription(name, 0.1) : new ReluDescription(name));
}
