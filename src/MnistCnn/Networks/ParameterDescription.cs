namespace MnistCnn.Networks;

/// <summary>A tensor of parameters, as PyTorch names and shapes it.</summary>
/// <param name="Name">For instance <c>conv1.weight</c>.</param>
/// <param name="Shape">For instance [16, 1, 3, 3].</param>
internal sealed record ParameterDescription(string Name, IReadOnlyList<long> Shape)
{
    /// <summary>Numbers in the tensor.</summary>
    public long Length { get; } = Shape.Aggregate(1L, (product, side) => checked(product * side));
}
