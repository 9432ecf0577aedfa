using MnistCnn.Networks;
using MnistCnn.Serialization;

namespace MnistCnn.Tests.Inference;

/// <summary>Weights of a classifier from a seed, large enough that its probabilities differ clearly.</summary>
internal static class RandomWeights
{
    public static Dictionary<string, SafetensorsTensor> Create(ModelDescription description, int seed)
    {
        Random random = new(seed);
        return description.Network.Parameters.ToDictionary(weight => weight.Name, weight =>
        {
            int inputs = weight.Shape.Count == 1 ? 16 : (int)(weight.Length / weight.Shape[0]);
            float[] values = [.. Enumerable.Range(0, (int)weight.Length).Select(_ => (random.NextSingle() * 2 - 1) * 2.4f / MathF.Sqrt(inputs))];
            return SafetensorsTensor.Create<float>(values, [.. weight.Shape]);
        });
    }

    public static byte[] Images(ModelDescription description, int count, int seed)
    {
        byte[] images = new byte[count * description.Height * description.Width];
        new Random(seed).NextBytes(images);
        return images;
    }
}
