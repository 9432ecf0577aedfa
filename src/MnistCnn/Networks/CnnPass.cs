namespace MnistCnn.Networks;

/// <summary>What <see cref="CnnWorkspace"/> does with each slice of a batch.</summary>
[Flags]
internal enum CnnPass
{
    Forward = 1,
    Loss = 2,
    Backward = 4,
    ImageGradient = 8,
}
