namespace MnistCnn.Networks;

/// <summary>
/// What a network is: a chain of layers and the shapes between them. The engine's plan, the module, the files and the ONNX graph all follow from it. Immutable
/// and thread-safe.
/// </summary>
internal sealed class NetworkDescription
{
    /// <param name="input">One image.</param>
    /// <param name="layers">In order.</param>
    /// <exception cref="ArgumentException">A layer does not fit the one before it.</exception>
    public NetworkDescription(MapShape input, IReadOnlyList<LayerDescription> layers)
    {
        (Input, Layers) = (input, layers);
        List<MapShape> shapes = [input];
        foreach (LayerDescription layer in layers)
        {
            shapes.Add(layer.OutputOf(shapes[^1]));
        }

        Shapes = shapes;
        Parameters = [.. layers.SelectMany(layer => layer.Parameters)];
        Buffers = [.. layers.SelectMany(layer => layer.Buffers)];
    }

    public MapShape Input { get; }

    public IReadOnlyList<LayerDescription> Layers { get; }

    /// <summary>The input of each layer, and the output of the last.</summary>
    public IReadOnlyList<MapShape> Shapes { get; }

    /// <summary>The parameters of all layers in order.</summary>
    public IReadOnlyList<ParameterDescription> Parameters { get; }

    /// <summary>The buffers of all layers in order.</summary>
    public IReadOnlyList<ParameterDescription> Buffers { get; }

    /// <summary>Numbers in all parameters.</summary>
    public long ParameterCount => Parameters.Sum(parameter => parameter.Length);

    /// <summary>The length of the output.</summary>
    public int Classes => Shapes[^1].Length;

    /// <summary>Whether the output is probabilities.</summary>
    public bool EndsWithSoftmax => Layers[^1] is SoftmaxDescription { IsLogarithm: false };

    /// <summary>The same network up to its logits.</summary>
    public NetworkDescription WithoutSoftmax() => EndsWithSoftmax ? new(Input, [.. Layers.SkipLast(1)]) : this;
}
