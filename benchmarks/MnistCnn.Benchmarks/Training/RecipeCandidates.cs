using MnistCnn.Batches;
using MnistCnn.Training;

namespace MnistCnn.Benchmarks.Training;

/// <summary>What was tried for each recipe. The first candidate is the recipe as it is; the others differ from it in what their name says.</summary>
internal static class RecipeCandidates
{
    public static IReadOnlyList<(string Name, TrainerOptions Options)> For(string recipe) => recipe switch
    {
        "fast" => Fast,
        "best" => Best,
        "robust" => Robust,
        _ => throw new ArgumentException($"Expected fast, best or robust, found '{recipe}'.", nameof(recipe)),
    };

    private static IReadOnlyList<(string Name, TrainerOptions Options)> Fast { get; } =
    [
        ("as-it-is", TrainingRecipe.Fast),
        ("rate-0.004", TrainingRecipe.Fast with { LearningRate = 0.004 }),
        ("rate-0.008", TrainingRecipe.Fast with { LearningRate = 0.008 }),
        ("batch-96", TrainingRecipe.Fast with { BatchSize = 96 }),
        ("smoothing-0.05", TrainingRecipe.Fast with { Loss = Loss.CrossEntropy(labelSmoothing: 0.05) }),
        ("average-0.99", TrainingRecipe.Fast with { EmaDecay = 0.99 }),
    ];

    private static IReadOnlyList<(string Name, TrainerOptions Options)> Best { get; } =
    [
        ("as-it-is", TrainingRecipe.Best),
        ("rate-0.003", TrainingRecipe.Best with { LearningRate = 0.003 }),
        ("rate-0.006", TrainingRecipe.Best with { LearningRate = 0.006 }),
        ("decay-0.02", TrainingRecipe.Best with { WeightDecay = 0.02 }),
        ("average-0.999", TrainingRecipe.Best with { EmaDecay = 0.999 }),
        ("elastic", TrainingRecipe.Best with { Transforms = [new RandomElastic { MaxOffset = 1.5f,
            Affine = (RandomAffine)TrainingRecipe.Best.Transforms[0] }] }),
    ];

    private static IReadOnlyList<(string Name, TrainerOptions Options)> Robust { get; } =
    [
        ("as-it-is", TrainingRecipe.Robust),
        ("no-corruptions", TrainingRecipe.Robust with { Transforms = [.. TrainingRecipe.Robust.Transforms.Take(2)] }),
        ("no-strokes", TrainingRecipe.Robust with { Transforms = [.. TrainingRecipe.Robust.Transforms.Skip(1)] }),
        ("no-warps", TrainingRecipe.Robust with { Transforms = [TrainingRecipe.Robust.Transforms[0], TrainingRecipe.Robust.Transforms[2]] }),
        ("elastic-2.75", TrainingRecipe.Robust with { Transforms = [TrainingRecipe.Robust.Transforms[0], RobustTransforms.Warps(2.75f),
            TrainingRecipe.Robust.Transforms[2]] }),
        ("strokes-0.4", TrainingRecipe.Robust with { Transforms = [RobustTransforms.Strokes(0.4f), .. TrainingRecipe.Robust.Transforms.Skip(1)] }),
        ("rate-0.006", TrainingRecipe.Robust with { LearningRate = 0.006 }),
        ("batch-128", TrainingRecipe.Robust with { BatchSize = 128 }),
        ("decay-0.02", TrainingRecipe.Robust with { WeightDecay = 0.02 }),
        ("one-corruption-always", TrainingRecipe.Robust with { Transforms = [.. TrainingRecipe.Robust.Transforms.Take(2), Often([0, 1])] }),
        ("fewer-corruptions", TrainingRecipe.Robust with { Transforms = [.. TrainingRecipe.Robust.Transforms.Take(2), Often([0.65f, 0.28f, 0.06f, 0.01f])] }),
        ("more-corruptions", TrainingRecipe.Robust with { Transforms = [.. TrainingRecipe.Robust.Transforms.Take(2), Often([0.35f, 0.45f, 0.16f, 0.04f])] }),
    ];

    private static RandomChoice Often(IReadOnlyList<float> countWeights) => ((RandomChoice)TrainingRecipe.Robust.Transforms[2]).With(countWeights);
}
