using MnistCnn.Serialization;

namespace MnistCnn.Tests.Inference;

/// <summary>Weights of a classifier from a seed, large enough that its probabilities differ clearly.</summary>
internal static class RandomWeights
{
    public static Dictionary<string, SafetensorsTensor> Create(ModelDescription description, int seed)
    {
        Random random = new(seed);
        return description.WeightShapes().ToDictionary(weight => weight.Name, weight =>
        {
            int length = (int)weight.Shape.Aggregate(1L, (product, side) => product * side), inputs = weight.Shape.Length == 1 ? 16 : length / (int)weight.Shape[0];
            float[] values = [.. Enumerable.Range(0, length).Select(_ => ((random.NextSingle() * 2) - 1) * 2.4f / MathF.Sqrt(inputs))];
            return SafetensorsTensor.Create<float>(values, weight.Shape);
        });
    }

    public static byte[] Images(ModelDescription description, int count, int seed)
    {
        byte[] images = new byte[count * description.Height * description.Width];
        new Random(seed).NextBytes(images);
        return images;
    }
}
