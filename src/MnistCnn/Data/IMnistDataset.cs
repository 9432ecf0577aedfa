namespace MnistCnn;

/// <summary>
/// Labelled grey images of one size, held in memory: what one trains and evaluates on.
/// </summary>
/// <remarks>
/// Implementations are expected to be immutable and safe for concurrent reads: batches are gathered from several threads.
/// </remarks>
public interface IMnistDataset
{
    /// <summary>The number of images, at least 1.</summary>
    int Count { get; }

    /// <summary>Rows of an image, in pixels.</summary>
    int Height { get; }

    /// <summary>Columns of an image, in pixels.</summary>
    int Width { get; }

    /// <summary>The name of each class; a label is an index into this list.</summary>
    IReadOnlyList<string> ClassNames { get; }

    /// <summary>The pixels of an image, row by row, 0 (background) to 255 (ink): <see cref="Height"/> × <see cref="Width"/> bytes.</summary>
    /// <param name="index">0 to <see cref="Count"/> − 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is outside the data set.</exception>
    ReadOnlySpan<byte> GetImage(int index);

    /// <summary>The label of an image, 0 to <c>ClassNames.Count − 1</c>.</summary>
    /// <param name="index">0 to <see cref="Count"/> − 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is outside the data set.</exception>
    byte GetLabel(int index);
}
