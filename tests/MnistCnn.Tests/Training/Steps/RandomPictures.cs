namespace MnistCnn.Tests.Training.Steps;

/// <summary>Boxes of noise on black, with labels from a seed.</summary>
internal sealed class RandomPictures : IMnistDataset
{
    private readonly byte[] pixels, labels;

    public RandomPictures(int count, int height, int width, int classes, int seed)
    {
        Random random = new(seed);
        (Count, Height, Width) = (count, height, width);
        ClassNames = [.. Enumerable.Range(0, classes).Select(c => $"class {c}")];
        labels = [.. Enumerable.Range(0, count).Select(_ => (byte)random.Next(classes))];
        pixels = new byte[count * height * width];
        for (int n = 0; n < count; n++)
        {
            (int top, int left) = (random.Next(height - 4), random.Next(width - 4));
            for (int y = top; y < Math.Min(height, top + 12); y++)
            {
                random.NextBytes(pixels.AsSpan((n * height + y) * width + left, Math.Min(12, width - left)));
            }
        }
    }

    public int Count { get; }

    public int Height { get; }

    public int Width { get; }

    public IReadOnlyList<string> ClassNames { get; }

    public ReadOnlySpan<byte> GetImage(int index) => pixels.AsSpan(index * Height * Width, Height * Width);

    public byte GetLabel(int index) => labels[index];
}
