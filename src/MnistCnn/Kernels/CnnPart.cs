namespace MnistCnn.Kernels;

/// <summary>What threads do together between two barriers: over slices of the batch, or, in the first linear layer, over blocks of inputs.</summary>
internal enum CnnPart
{
    All,
    Convolutions,
    FirstLinear,
    Linears,
    FirstLinearBackward,
    ConvolutionsBackward,
}
