using MnistCnn.Kernels;
using MnistCnn.Networks;

namespace MnistCnn.Engine;

/// <summary>
/// A network made ready for a processor: layers, the maps between them, and where each parameter lies in the flat buffers. Immutable and thread-safe; one
/// serves any number of passes.
/// </summary>
internal sealed class NetworkPlan
{
    private readonly ParameterSlot[] slots;

    /// <param name="description">The network.</param>
    /// <param name="simd">The kernels; the best where null.</param>
    /// <param name="hasImageGradients">Whether the gradient of the images is computed too.</param>
    public NetworkPlan(NetworkDescription description, SimdKernels? simd = null, bool hasImageGradients = false)
    {
        (Description, Simd, HasImageGradients) = (description, simd ?? SimdKernels.Best, hasImageGradients);
        List<Layer> layers = [];
        // Layers know how a map lies in memory, so that nothing is to be done to make it a vector.
        for (int i = AfterFlatten(0); i < description.Layers.Count;)
        {
            Layer layer = Create(i, layers.LastOrDefault(), out int next);
            layers.Add(layer);
            ParameterLength = Math.Max(ParameterLength, layer.ParameterEnd);
            i = next;
        }

        if (layers is not [.., { Output.Shape.IsVector: true }])
        {
            throw new NotSupportedException("expected an output that a linear layer or a pooling layer made, found a map as a vector");
        }

        Parameters = slots = [.. layers.SelectMany(layer => layer.Parameters)];
        Copies = [.. Parameters.SelectMany((slot, s) => Enumerable.Range(0, slot.CopyParts).Select(part => (s, part)))];
        Layers = ForegroundConvolutions.Replace(Simd, layers);
        Maps = [.. Layers.Select(layer => layer.Input), Layers[^1].Output];
        Pieces = [.. Layers.SelectMany((layer, l) => layer.Parameters.SelectMany(slot => Cut(l, slot)))
            .OrderByDescending(piece => Parameters[piece.Slot].Length)];
    }

    public NetworkDescription Description { get; }

    public SimdKernels Simd { get; }

    public bool HasImageGradients { get; }

    public IReadOnlyList<Layer> Layers { get; }

    /// <summary>The input of each layer, and the output of the last.</summary>
    public IReadOnlyList<MapLayout> Maps { get; }

    /// <summary>All tensors of parameters in order.</summary>
    public IReadOnlyList<ParameterSlot> Parameters { get; }

    /// <summary>Floats of a flat buffer.</summary>
    public int ParameterLength { get; }

    /// <summary>The parts of a flat buffer that threads work on, the largest tensors first.</summary>
    public IReadOnlyList<ParameterPiece> Pieces { get; }

    /// <summary>Which tensors are copied to and from PyTorch's layout, in which parts.</summary>
    public IReadOnlyList<(int Slot, int Part)> Copies { get; }

    /// <summary>The layer that a tensor of parameters belongs to.</summary>
    /// <param name="slot">An index of <see cref="Parameters"/>.</param>
    public int LayerOf(int slot) => Pieces.First(piece => piece.Slot == slot).Layer;

    private Layer Create(int index, Layer? before, out int next)
    {
        LayerDescription description = Description.Layers[index];
        // A ReLU at the very end has no layer after it to be fused with.
        bool relu = description is ConvolutionDescription or LinearDescription or BatchNormDescription or ScaleDescription
            && index + 2 < Description.Layers.Count && Description.Layers[index + 1] is ReluDescription;
        int end = relu ? index + 2 : index + 1;
        next = AfterFlatten(end);
        MapLayout input = before?.Output ?? LayoutOfImages(description, index);
        bool keepsPlaces = description is not (
            ConvolutionDescription or LinearDescription or MaxPoolDescription or AveragePoolDescription or GlobalAveragePoolDescription);
        MapLayout output = MapLayout.OfActivations(Simd, keepsPlaces ? input.Shape : Description.Shapes[end], PaddingOf(next));
        Fusion fusion = new(relu, before is { IsRectified: true });
        if (description is SoftmaxDescription or BatchNormDescription { IsOfVector: true } && !input.Shape.IsVector)
        {
            throw new NotSupportedException($"layer '{description.Name}' follows a map that was made a vector");
        }

        return description switch
        {
            ConvolutionDescription convolution => new Convolution(Simd, convolution, input, output, fusion, ParameterLength),
            LinearDescription linear => new Linear(Simd, linear, input, output, fusion, ParameterLength),
            BatchNormDescription norm => new BatchNormalization(Simd, norm, input, output, fusion, ParameterLength),
            ScaleDescription scale => new Scale(Simd, scale, input, output, fusion, ParameterLength),
            ReluDescription => new Activation(Simd, input, output, 0, fusion.GateInput),
            LeakyReluDescription leaky => new Activation(Simd, input, output, (float)leaky.Slope, fusion.GateInput),
            DropoutDescription dropout => new Dropout(Simd, dropout, input, output, fusion.GateInput, index),
            SoftmaxDescription softmax => new Softmax(Simd, input, output, softmax.IsLogarithm),
            _ => new Pooling(
                Simd, PoolingWindow.Of(description, input.Shape) ?? throw new NotSupportedException(
                    $"layer '{description.Name}' is none that the engine has: {description.GetType().Name}"), input, output, fusion.GateInput),
        };
    }

    /// <summary>Those that work number by number want whole registers; others read images as they come.</summary>
    private MapLayout LayoutOfImages(LayerDescription first, int index) => HasImageGradients || first is not (ConvolutionDescription or LinearDescription)
        ? MapLayout.OfActivations(Simd, Description.Input, PaddingOf(index))
        : MapLayout.OfImages(Description.Input, PaddingOf(index));

    private int AfterFlatten(int index)
    {
        while (index < Description.Layers.Count && Description.Layers[index] is FlattenDescription)
        {
            index++;
        }

        return index;
    }

    private int PaddingOf(int index) => index < Description.Layers.Count && Description.Layers[index] is ConvolutionDescription convolution
        ? convolution.Padding : 0;

    private IEnumerable<ParameterPiece> Cut(int layer, ParameterSlot slot)
    {
        int start = slot.Offset;
        foreach (int length in slot.Pieces)
        {
            yield return new ParameterPiece(layer, Array.IndexOf(slots, slot), start, length);
            start += length;
        }
    }
}
