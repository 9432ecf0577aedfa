using MnistCnn.Networks;

namespace MnistCnn.Engine;

/// <summary>Copies a tensor of parameters from PyTorch's layout to that of the kernels, or back.</summary>
/// <param name="tensor">The tensor.</param>
/// <param name="packed">Where the slot begins.</param>
/// <param name="packing">Whether to the kernels' layout; padding is left as it is.</param>
/// <param name="part">Which part of the tensor, from 0: several threads may copy parts at once.</param>
internal unsafe delegate void ParameterCopy(float* tensor, float* packed, bool packing, int part);

/// <summary>Where a tensor of parameters lies in the flat buffers: weights, gradients, moments. Immutable.</summary>
/// <param name="Description">Name and shape.</param>
/// <param name="Offset">The first float.</param>
/// <param name="Pieces">Lengths of the parts that threads update, one after another; multiples of 16.</param>
/// <param name="Copy">From and to PyTorch's layout.</param>
/// <param name="CopyParts">How many parts that has.</param>
internal sealed unsafe record ParameterSlot(ParameterDescription Description, int Offset, IReadOnlyList<int> Pieces, ParameterCopy Copy, int CopyParts = 1)
{
    private const int MostOfPiece = 8192;

    /// <summary>Floats of the slot, padding included.</summary>
    public int Length { get; } = Pieces.Sum();

    /// <summary>A vector, which lies in PyTorch's layout, and zeros behind it.</summary>
    public static ParameterSlot OfVector(ParameterDescription description, int offset)
    {
        int length = (int)description.Length;
        return new(description, offset, Cut(length), (tensor, packed, packing, _) =>
            new ReadOnlySpan<float>(packing ? tensor : packed, length).CopyTo(new Span<float>(packing ? packed : tensor, length)));
    }

    /// <summary>Pieces of a convenient size for so many floats.</summary>
    public static IReadOnlyList<int> Cut(int length)
    {
        int padded = checked(length + 15) & -16;
        return [.. Enumerable.Range(0, (padded + MostOfPiece - 1) / MostOfPiece).Select(piece => Math.Min(MostOfPiece, padded - piece * MostOfPiece))];
    }
}
