namespace MnistCnn.Engine;

/// <summary>
/// How a layer that works number by number goes through its input and output: by whole images, or row by row where there is a border. Immutable.
/// </summary>
internal readonly struct MapRows
{
    private readonly MapLayout input, output;

    public MapRows(MapLayout input, MapLayout output)
    {
        (this.input, this.output) = (input, output);
        bool isWhole = input.Border + output.Border == 0;
        Count = isWhole ? 1 : input.Shape.Height;
        Pixels = isWhole ? input.Shape.Height * input.Shape.Width : input.Shape.Width;
    }

    /// <summary>Rows of an image.</summary>
    public int Count { get; }

    /// <summary>Pixels of a row.</summary>
    public int Pixels { get; }

    /// <summary>Floats of a row.</summary>
    public int Length => Pixels * input.PixelStride;

    public nint Input(int image, int row) => (nint)image * input.ImageStride + input.Offset(row, 0);

    public nint Output(int image, int row) => (nint)image * output.ImageStride + output.Offset(row, 0);
}
