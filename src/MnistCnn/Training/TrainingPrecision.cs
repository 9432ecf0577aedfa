namespace MnistCnn;

/// <summary>In which numbers a step computes.</summary>
public enum TrainingPrecision
{
    /// <summary>32 bits throughout.</summary>
    Float32,

    /// <summary>
    /// Forward and backward pass in bfloat16; loss, gradients of the update, optimizer and the weights that are kept, validated and saved in 32 bits. Works
    /// with any model whose layers know bfloat16.
    /// </summary>
    BFloat16Mixed,
}
