namespace MnistCnn.Networks;

/// <summary>Writes down a network layer by layer; each takes the sizes of what comes before it.</summary>
internal sealed class NetworkBuilder
{
    private readonly MapShape input;
    private readonly List<LayerDescription> layers = [];
    private MapShape shape;

    /// <param name="input">One image.</param>
    public NetworkBuilder(MapShape input) => (this.input, shape) = (input, input);

    /// <summary>The output so far.</summary>
    public MapShape Shape => shape;

    public NetworkBuilder Convolution(string name, int filters, int kernel, int stride = 1, int padding = 0, bool bias = true) =>
        Add(new ConvolutionDescription(name, shape.Channels, filters, kernel, stride, padding, bias));

    public NetworkBuilder Linear(string name, int outputs, bool bias = true) => Add(new LinearDescription(name, shape.Length, outputs, bias));

    public NetworkBuilder Relu(string name) => Add(new ReluDescription(name));

    public NetworkBuilder Flatten(string name = "flatten") => Add(new FlattenDescription(name));

    public NetworkBuilder Softmax(string name = "softmax") => Add(new SoftmaxDescription(name));

    public NetworkBuilder Add(LayerDescription layer)
    {
        layers.Add(layer);
        shape = layer.OutputOf(shape);
        return this;
    }

    public NetworkDescription Build() => new(input, layers);
}
