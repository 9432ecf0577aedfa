namespace MnistCnn;

/// <summary>What an epoch of training gave. Immutable.</summary>
/// <param name="Epoch">1-based.</param>
/// <param name="Loss">Mean loss over the images of the epoch, each as it was when its batch was trained.</param>
/// <param name="Accuracy">Share of images classified correctly when their batch was trained, 0 to 1.</param>
/// <param name="Count">The number of images.</param>
/// <param name="Duration">Time of the epoch, validations included; of its part after the resume, where a run was resumed in the middle of it.</param>
public sealed record EpochResult(int Epoch, double Loss, double Accuracy, long Count, TimeSpan Duration);
