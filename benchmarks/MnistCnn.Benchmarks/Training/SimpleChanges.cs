using MnistCnn.Batches;

namespace MnistCnn.Benchmarks.Training;

/// <summary>A test set as users' pictures differ from it, each time in one simple way.</summary>
internal static class SimpleChanges
{
    private const int Side = 28;

    private static readonly float[] Box = [.. Enumerable.Repeat(1 / 25f, 25)];

    public static (string Name, IMnistDataset Data)[] All(IMnistDataset data) =>
    [
        ("moved by 4", Changed(data, (source, result, random) => Warp(source, result,
            new AffineMap(1, 0, 0, 1, random.Next(2) * 8 - 4, random.Next(2) * 8 - 4)))),
        ("turned by 30°", Changed(data, (source, result, random) => Turn(source, result, (random.Next(2) * 2 - 1) * MathF.PI / 6))),
        ("scaled to 0.6", Changed(data, (source, result, _) => Warp(source, result, new AffineMap(1 / .6f, 0, 0, 1 / .6f, 0, 0)))),
        ("scaled to 1.3", Changed(data, (source, result, _) => Warp(source, result, new AffineMap(1 / 1.3f, 0, 0, 1 / 1.3f, 0, 0)))),
        ("sheared by 0.3", Changed(data, (source, result, random) => Warp(source, result, new AffineMap(1, random.Next(2) * .6f - .3f, 0, 1, 0, 0)))),
        ("noise of 0.3", Changed(data, (source, result, random) => Each(source, result, pixel => pixel + .3f * Normal(random)))),
        ("box of 5×5", Changed(data, (source, result, _) => Neighbours.Filter(source, result, Side, Side, Box))),
        ("salt of 8%", Changed(data, (source, result, random) => Each(source, result, pixel => random.NextSingle() < .08f ? 1 : pixel))),
        ("ink of 40%", Changed(data, (source, result, _) => Each(source, result, pixel => .4f * pixel))),
        ("grey background", Changed(data, (source, result, _) => Each(source, result, pixel => .6f * pixel + .4f))),
        ("thresholded", Changed(data, (source, result, _) => Each(source, result, pixel => pixel > .5f ? 1 : 0))),
        ("thick strokes", Changed(data, (source, result, _) => Neighbours.Extreme(source, result, Side, Side, largest: true, diagonal: true))),
        ("thin strokes", Changed(data, (source, result, _) => Neighbours.Extreme(source, result, Side, Side, largest: false, diagonal: true))),
    ];

    private static void Turn(float[] source, float[] result, float angle)
    {
        (float sin, float cos) = MathF.SinCos(angle);
        Warp(source, result, new AffineMap(cos, -sin, sin, cos, 0, 0));
    }

    private static void Warp(float[] source, float[] result, AffineMap map) => AffineSampler.Sample(source, result, Side, Side, map);

    private static float Normal(Random random) => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));

    private static void Each(float[] source, float[] result, Func<float, float> change)
    {
        for (int i = 0; i < source.Length; i++)
        {
            result[i] = change(source[i]);
        }
    }

    private static MnistDataset Changed(IMnistDataset data, Action<float[], float[], Random> change)
    {
        byte[] pixels = new byte[data.Count * Side * Side], labels = new byte[data.Count];
        Random random = new(1);
        float[] source = new float[Side * Side], result = new float[Side * Side];
        for (int index = 0; index < data.Count; index++)
        {
            PixelScaling.ToUnit(data.GetImage(index), source);
            change(source, result, random);
            for (int i = 0; i < result.Length; i++)
            {
                pixels[index * result.Length + i] = (byte)MathF.Round(255 * Math.Clamp(result[i], 0, 1));
            }

            labels[index] = data.GetLabel(index);
        }

        return MnistDataset.FromMemory(pixels, labels, Side, Side, data.ClassNames);
    }
}
