namespace MnistCnn.Models;

/// <summary>One layer of a network in figures.</summary>
/// <param name="Name">As its parameters are named.</param>
/// <param name="Type">PyTorch's name of its kind.</param>
/// <param name="Output">The shape of its output for one image.</param>
/// <param name="Parameters">Numbers that are trained.</param>
/// <param name="Multiplications">For one image, by the layer's definition.</param>
public sealed record LayerSummary(string Name, string Type, string Output, long Parameters, long Multiplications);
