namespace MnistCnn.Networks;

/// <summary>One layer of a network: its kind, its sizes and its parameters. Immutable.</summary>
/// <param name="Name">Unique in the network. Parameters are named after it.</param>
internal abstract record LayerDescription(string Name)
{
    /// <summary>The parameters, in PyTorch's order.</summary>
    public virtual IReadOnlyList<ParameterDescription> Parameters => [];

    /// <summary>What the layer keeps besides parameters, and training does not move by gradients; in PyTorch's order.</summary>
    public virtual IReadOnlyList<ParameterDescription> Buffers => [];

    /// <summary>What the layer makes of an input.</summary>
    /// <exception cref="ArgumentException">The input does not fit; the message says what was expected and found.</exception>
    /// <exception cref="OverflowException">The output has more numbers than an index.</exception>
    public virtual MapShape OutputOf(MapShape input) => input;

    /// <summary>Multiplications for one image.</summary>
    public virtual long MultiplicationsOf(MapShape input) => 0;

    internal ArgumentException Unfit(string expected, MapShape found) => new($"Layer '{Name}': expected {expected}, found {found}.");

    /// <summary>Weight, and bias where there is one.</summary>
    protected static IReadOnlyList<ParameterDescription> WeightAndBias(string name, bool bias, params long[] weight) =>
        bias ? [new($"{name}.weight", weight), new($"{name}.bias", [weight[0]])] : [new($"{name}.weight", weight)];
}

/// <summary>A two-dimensional convolution with a square window, over an input with zeros around it.</summary>
internal sealed record ConvolutionDescription(string Name, int Channels, int Filters, int Kernel, int Stride = 1, int Padding = 0, bool Bias = true)
    : LayerDescription(Name)
{
    public override IReadOnlyList<ParameterDescription> Parameters => WeightAndBias(Name, Bias, Filters, Channels, Kernel, Kernel);

    public override MapShape OutputOf(MapShape input) => input is { IsFlat: false } && input.Channels == Channels
        && Math.Min(input.Height, input.Width) + 2 * Padding >= Kernel
        ? new(Filters, Side(input.Height), Side(input.Width))
        : throw Unfit($"{Channels} channels of at least {Kernel}×{Kernel} pixels{(Padding > 0 ? $" with {Padding} around them" : "")}", input);

    public override long MultiplicationsOf(MapShape input) => (long)OutputOf(input).Length * Channels * Kernel * Kernel;

    private int Side(int side) => (side + 2 * Padding - Kernel) / Stride + 1;
}

/// <summary>y = x Wᵀ + b.</summary>
internal sealed record LinearDescription(string Name, int Inputs, int Outputs, bool Bias = true) : LayerDescription(Name)
{
    public override IReadOnlyList<ParameterDescription> Parameters => WeightAndBias(Name, Bias, Outputs, Inputs);

    public override MapShape OutputOf(MapShape input) => input.IsFlat && input.Length == Inputs ? MapShape.Vector(Outputs)
        : throw Unfit($"a vector of {Inputs}", input);

    public override long MultiplicationsOf(MapShape input) => (long)Inputs * Outputs;
}

/// <summary>max(0, x).</summary>
internal sealed record ReluDescription(string Name) : LayerDescription(Name);

/// <summary>x where it is above zero, else slope · x.</summary>
internal sealed record LeakyReluDescription(string Name, double Slope) : LayerDescription(Name);

/// <summary>The greatest number of each window.</summary>
internal sealed record MaxPoolDescription(string Name, int Kernel, int Stride, int Padding = 0) : LayerDescription(Name)
{
    public override MapShape OutputOf(MapShape input) => PoolOf(this, input, Kernel, Stride, Padding);

    /// <summary>The output of a pooling layer.</summary>
    public static MapShape PoolOf(LayerDescription layer, MapShape input, int kernel, int stride, int padding) =>
        input is { IsFlat: false } && 2 * padding <= kernel && Math.Min(input.Height, input.Width) + 2 * padding >= kernel
            ? new(input.Channels, (input.Height + 2 * padding - kernel) / stride + 1, (input.Width + 2 * padding - kernel) / stride + 1)
            : throw layer.Unfit($"at least {kernel}×{kernel} pixels, and a padding of at most half of that", input);
}

/// <summary>The mean of each window; what is outside the map counts as zero.</summary>
internal sealed record AveragePoolDescription(string Name, int Kernel, int Stride, int Padding = 0) : LayerDescription(Name)
{
    public override MapShape OutputOf(MapShape input) => MaxPoolDescription.PoolOf(this, input, Kernel, Stride, Padding);
}

/// <summary>The mean of each channel.</summary>
internal sealed record GlobalAveragePoolDescription(string Name) : LayerDescription(Name)
{
    public override MapShape OutputOf(MapShape input) => input.IsFlat ? throw Unfit("a map", input) : new(input.Channels, 1, 1);
}

/// <summary>
/// Each channel less its mean, divided by its standard deviation, scaled and shifted: of the batch in training, of running statistics in prediction. Source:
/// Ioffe and Szegedy, 2015.
/// </summary>
/// <param name="Name">See <see cref="LayerDescription"/>.</param>
/// <param name="Channels">Channels of a map, or numbers of a vector.</param>
/// <param name="Epsilon">Added to the variance.</param>
/// <param name="Momentum">The share of a batch in the running statistics; null for the mean over all batches.</param>
/// <param name="IsOfVector">Whether it is PyTorch's one-dimensional kind.</param>
internal sealed record BatchNormDescription(string Name, int Channels, double Epsilon, double? Momentum, bool IsOfVector) : LayerDescription(Name)
{
    public override IReadOnlyList<ParameterDescription> Parameters => WeightAndBias(Name, bias: true, Channels);

    public override IReadOnlyList<ParameterDescription> Buffers =>
        [new($"{Name}.running_mean", [Channels]), new($"{Name}.running_var", [Channels]), new($"{Name}.num_batches_tracked", [])];

    public override MapShape OutputOf(MapShape input) => input.IsFlat == IsOfVector && input.Channels == Channels ? input
        : throw Unfit(IsOfVector ? $"a vector of {Channels}" : $"{Channels} channels", input);
}

/// <summary>Zeros at random, and the rest divided by the share that is left, in training; nothing in prediction. Source: Srivastava et al., 2014.</summary>
/// <param name="Name">See <see cref="LayerDescription"/>.</param>
/// <param name="Probability">Of a zero, 0 to 1.</param>
/// <param name="PerChannel">Whether whole channels become zero.</param>
internal sealed record DropoutDescription(string Name, double Probability, bool PerChannel) : LayerDescription(Name)
{
    public override MapShape OutputOf(MapShape input) => PerChannel && input.IsFlat ? throw Unfit("a map", input) : input;
}

/// <summary>Each channel times a number, plus another: what is left of batch normalisation in prediction.</summary>
internal sealed record ScaleDescription(string Name, int Channels) : LayerDescription(Name)
{
    public override IReadOnlyList<ParameterDescription> Parameters => WeightAndBias(Name, bias: true, Channels);
}

/// <summary>Channels, then rows, then columns become one vector.</summary>
internal sealed record FlattenDescription(string Name) : LayerDescription(Name)
{
    public override MapShape OutputOf(MapShape input) => MapShape.Vector(input.Length);
}

/// <summary>Probabilities over the classes, or their logarithms.</summary>
internal sealed record SoftmaxDescription(string Name, bool IsLogarithm = false) : LayerDescription(Name)
{
    public override MapShape OutputOf(MapShape input) => input.IsFlat ? input : throw Unfit("a vector", input);
}
