namespace MnistCnn.Networks;

/// <summary>What threads do together between two barriers: over slices of the batch, or, in the first linear layer, over blocks of inputs.</summary>
internal enum CnnPart
{
    Convolutions,
    FirstLinear,
    Linears,
    FirstLinearBackward,
}
