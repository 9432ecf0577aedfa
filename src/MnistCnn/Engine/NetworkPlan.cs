using MnistCnn.Kernels;
using MnistCnn.Networks;

namespace MnistCnn.Engine;

/// <summary>A network made ready for a processor: layers, the maps between them, and where each parameter lies in the flat buffers. Immutable and thread-safe; one serves any number of passes.</summary>
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
        for (int i = description.Layers[0] is FlattenDescription ? 1 : 0; i < description.Layers.Count;)
        {
            Layer layer = Create(i, layers.LastOrDefault(), out int taken);
            layers.Add(layer);
            ParameterLength = layer.Parameters.Aggregate(ParameterLength, (_, slot) => slot.Offset + slot.Length);
            i += taken;
        }

        Parameters = slots = [.. layers.SelectMany(layer => layer.Parameters)];
        Copies = [.. Parameters.SelectMany((slot, s) => Enumerable.Range(0, slot.CopyParts).Select(part => (s, part)))];
        Layers = ForegroundConvolutions.Replace(Simd, layers);
        Maps = [.. Layers.Select(layer => layer.Input), Layers[^1].Output];
        Pieces = [.. Layers.SelectMany((layer, l) => layer.Parameters.SelectMany(slot => Cut(l, slot))).OrderByDescending(piece => Parameters[piece.Slot].Length)];
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

    private Layer Create(int index, Layer? before, out int taken)
    {
        LayerDescription description = Description.Layers[index];
        int end = index + 1;
        bool relu = description is ConvolutionDescription or LinearDescription && end < Description.Layers.Count && Description.Layers[end] is ReluDescription;
        end += relu ? 1 : 0;
        // A map is a vector to what follows, in another order of its numbers, which the next layer knows.
        int next = end < Description.Layers.Count && Description.Layers[end] is FlattenDescription ? end + 1 : end;
        taken = next - index;
        MapLayout input = before?.Output ?? (HasImageGradients ? MapLayout.OfActivations(Simd, Description.Input, PaddingOf(index)) : MapLayout.OfImages(Description.Input, PaddingOf(index)));
        MapLayout output = MapLayout.OfActivations(Simd, Description.Shapes[end], PaddingOf(next));
        Fusion fusion = new(relu, before is { IsRectified: true });
        return description switch
        {
            ConvolutionDescription convolution => new Convolution(Simd, convolution, input, output, fusion, ParameterLength),
            LinearDescription linear => new Linear(Simd, linear, input, output, fusion, ParameterLength),
            SoftmaxDescription => new Softmax(Simd, input, output),
            _ => throw new NotSupportedException($"Layer '{description.Name}': expected one that the engine has, found {description.GetType().Name}."),
        };
    }

    private int PaddingOf(int index) => index < Description.Layers.Count && Description.Layers[index] is ConvolutionDescription convolution ? convolution.Padding : 0;

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
