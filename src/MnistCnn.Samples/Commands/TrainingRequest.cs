namespace MnistCnn.Samples.Commands;

/// <summary>The options of <c>train</c>; null for those that the recipe decides.</summary>
internal sealed record TrainingRequest
{
    public string? Data { get; init; }

    public required string Variant { get; init; }

    public required string Recipe { get; init; }

    public required string Network { get; init; }

    public int? Epochs { get; init; }

    public int? BatchSize { get; init; }

    public double? LearningRate { get; init; }

    public string? FineTune { get; init; }

    public string? Replay { get; init; }

    public int HoldOut { get; init; }

    public bool Softmax { get; init; }

    public required string Device { get; init; }

    public int Threads { get; init; }

    public int Seed { get; init; }

    public required string OutputFolder { get; init; }

    public bool Resume { get; init; }

    public bool Json { get; init; }
}
