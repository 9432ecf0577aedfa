namespace MnistCnn.Benchmarks.Training;

/// <summary>The recipes as command lines name them.</summary>
internal static class RecipeByName
{
    /// <exception cref="ArgumentException">There is none of this name.</exception>
    public static TrainerOptions Find(string name) => name switch
    {
        "reference" => TrainingRecipe.Reference,
        "fast" => TrainingRecipe.Fast,
        "best" => TrainingRecipe.Best,
        "robust" => TrainingRecipe.Robust,
        _ => throw new ArgumentException($"Expected reference, fast, best or robust, found '{name}'.", nameof(name)),
    };
}
