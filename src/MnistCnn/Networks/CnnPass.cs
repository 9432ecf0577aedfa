namespace MnistCnn.Networks;

/// <summary>What <see cref="CnnWorkspace"/> does with a batch. The backward pass ends with the gradient of the first linear layer's output: <see cref="CnnGradients"/> goes on from there.</summary>
[Flags]
internal enum CnnPass
{
    Forward = 1,
    Loss = 2,
    Backward = 4,
}
