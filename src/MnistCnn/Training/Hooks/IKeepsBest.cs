namespace MnistCnn.Training;

/// <summary>A callback that keeps the file of the best validation, for <see cref="FitResult.BestCheckpoint"/>.</summary>
internal interface IKeepsBest
{
    string? BestPath { get; }
}
