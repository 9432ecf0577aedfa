namespace MnistCnn.Networks;

/// <summary>One layer of a network: its kind, its sizes and its parameters. Immutable.</summary>
/// <param name="Name">Unique in the network. Parameters are named after it.</param>
internal abstract record LayerDescription(string Name)
{
    /// <summary>The parameters, in PyTorch's order.</summary>
    public virtual IReadOnlyList<ParameterDescription> Parameters => [];

    /// <summary>What the layer makes of an input.</summary>
    /// <exception cref="ArgumentException">The input does not fit; the message says what was expected and found.</exception>
    public virtual MapShape OutputOf(MapShape input) => input;

    protected ArgumentException Unfit(string expected, MapShape found) => new($"Layer '{Name}': expected {expected}, found {found}.");
}

/// <summary>A two-dimensional convolution with a square window and a bias, over an input with zeros around it.</summary>
internal sealed record ConvolutionDescription(string Name, int Channels, int Filters, int Kernel, int Stride = 1, int Padding = 0) : LayerDescription(Name)
{
    /// <inheritdoc/>
    public override IReadOnlyList<ParameterDescription> Parameters { get; } = [new($"{Name}.weight", [Filters, Channels, Kernel, Kernel]), new($"{Name}.bias", [Filters])];

    /// <inheritdoc/>
    public override MapShape OutputOf(MapShape input) => input.Channels == Channels && Math.Min(input.Height, input.Width) + 2 * Padding >= Kernel
        ? new(Filters, Side(input.Height), Side(input.Width))
        : throw Unfit($"{Channels} channels of at least {Kernel}×{Kernel} pixels{(Padding > 0 ? $" with {Padding} around them" : "")}", input);

    private int Side(int side) => (side + 2 * Padding - Kernel) / Stride + 1;
}

/// <summary>y = x Wᵀ + b.</summary>
internal sealed record LinearDescription(string Name, int Inputs, int Outputs) : LayerDescription(Name)
{
    /// <inheritdoc/>
    public override IReadOnlyList<ParameterDescription> Parameters { get; } = [new($"{Name}.weight", [Outputs, Inputs]), new($"{Name}.bias", [Outputs])];

    /// <inheritdoc/>
    public override MapShape OutputOf(MapShape input) => input.IsVector && input.Channels == Inputs ? new(Outputs, 1, 1) : throw Unfit($"[{Inputs}]", input);
}

/// <summary>max(0, x).</summary>
internal sealed record ReluDescription(string Name) : LayerDescription(Name);

/// <summary>Channels, then rows, then columns become one vector.</summary>
internal sealed record FlattenDescription(string Name) : LayerDescription(Name)
{
    /// <inheritdoc/>
    public override MapShape OutputOf(MapShape input) => new(input.Length, 1, 1);
}

/// <summary>Probabilities over the classes.</summary>
internal sealed record SoftmaxDescription(string Name) : LayerDescription(Name)
{
    /// <inheritdoc/>
    public override MapShape OutputOf(MapShape input) => input.IsVector ? input : throw Unfit("a vector", input);
}
