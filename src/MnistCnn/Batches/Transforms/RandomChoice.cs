using System.Globalization;

namespace MnistCnn.Batches;

/// <summary>Applies some of several transforms: how many of them, and which, is drawn for each image.</summary>
/// <remarks>
/// Immutable and thread-safe, where its transforms are. One after another, each is drawn from all, with a probability in proportion to its weight.
/// </remarks>
public sealed class RandomChoice : IImageTransform
{
    private const int LargestOnStack = 48 * 48;
    private readonly (float Weight, IImageTransform Transform)[] choices;
    private readonly float[] chances, counts = [0, 1], countChances = [0, 1];

    /// <summary>Chooses one of several transforms, unless <see cref="CountWeights"/> says otherwise.</summary>
    /// <param name="choices">The transforms, one or more, with their weights, finite numbers above 0 that need not add up to 1.</param>
    /// <exception cref="ArgumentException">No transform, or a weight out of range.</exception>
    public RandomChoice(params (float Weight, IImageTransform Transform)[] choices)
    {
        ArgumentNullException.ThrowIfNull(choices);
        if (choices.Length == 0 || choices.Any(choice => !(choice.Weight > 0) || !float.IsFinite(choice.Weight)))
        {
            throw new ArgumentException(
                $"choices: expected one or more transforms with weights above 0, found weights [{Text(choices.Select(c => c.Weight))}].", nameof(choices));
        }

        (this.choices, chances) = ([.. choices], Sums(choices.Select(choice => choice.Weight)));
    }

    /// <summary>How often no transform, one, two … are applied to an image, in proportion to each other.</summary>
    /// <value>One or more finite numbers of 0 or more that are not all 0. The default is 0, 1: always one.</value>
    /// <exception cref="ArgumentException">Anything else.</exception>
    public IReadOnlyList<float> CountWeights
    {
        get => counts;
        init
        {
            counts = value is { Count: > 0 } && value.All(weight => weight >= 0 && float.IsFinite(weight)) && value.Any(weight => weight > 0)
                ? [.. value]
                : throw new ArgumentException($"CountWeights: expected numbers of 0 or more that are not all 0, found [{Text(value ?? [])}].",
                    nameof(CountWeights));
            countChances = Sums(counts);
        }
    }

    /// <summary>Applies a transform to a share of the images.</summary>
    /// <param name="probability">The share, 0 to 1.</param>
    /// <param name="transform">The transform.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="probability"/> is outside its range.</exception>
    public static RandomChoice Sometimes(float probability, IImageTransform transform) =>
        new((1, transform)) { CountWeights = [1 - TransformOptions.InRange(probability, 0, 1, nameof(probability)), probability] };

    /// <summary>The same choices, some of them more often or less.</summary>
    /// <param name="countWeights">The new <see cref="CountWeights"/>.</param>
    internal RandomChoice With(IReadOnlyList<float> countWeights) => new(choices) { CountWeights = countWeights };

    /// <inheritdoc/>
    [SkipLocalsInit]
    public void Apply(ReadOnlySpan<float> source, Span<float> destination, int height, int width, ref ImageRandom random)
    {
        int left = Draw(countChances, ref random);
        if (left == 0)
        {
            source.CopyTo(destination);
            return;
        }

        Chosen(ref random).Apply(source, destination, height, width, ref random);
        Span<float> scratch = left == 1 ? default : destination.Length <= LargestOnStack ? stackalloc float[destination.Length] : new float[destination.Length];
        while (--left > 0)
        {
            destination.CopyTo(scratch);
            Chosen(ref random).Apply(scratch, destination, height, width, ref random);
        }
    }

    /// <summary>The choices with their weights: what decides whether two runs are the same.</summary>
    public override string ToString()
    {
        string transforms = string.Join(", ", choices.Select(choice => $"{Text([choice.Weight])} {choice.Transform}"));
        return $"{nameof(RandomChoice)} {{ {nameof(CountWeights)} = [{Text(counts)}], {transforms} }}";
    }

    private IImageTransform Chosen(ref ImageRandom random) => choices[Draw(chances, ref random)].Transform;

    /// <summary>Draws an index.</summary>
    /// <param name="sums">For each index, the sum of the weights up to its own.</param>
    /// <param name="random">Random numbers.</param>
    private static int Draw(float[] sums, ref ImageRandom random)
    {
        float place = random.NextSingle(0, sums[^1]);
        int drawn = 0;
        while (drawn < sums.Length - 1 && place >= sums[drawn])
        {
            drawn++;
        }

        return drawn;
    }

    private static float[] Sums(IEnumerable<float> weights)
    {
        float sum = 0;
        return [.. weights.Select(weight => sum += weight)];
    }

    private static string Text(IEnumerable<float> weights) => string.Join(", ", weights.Select(weight => weight.ToString(CultureInfo.InvariantCulture)));
}
