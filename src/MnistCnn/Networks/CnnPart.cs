namespace MnistCnn.Networks;

/// <summary>The parts of a forward pass, loss and what follows from it up to the first linear layer: over slices of the batch, or, in that layer, over blocks of inputs.</summary>
internal enum CnnPart
{
    Convolutions,
    FirstLinear,
    Linears,
}
