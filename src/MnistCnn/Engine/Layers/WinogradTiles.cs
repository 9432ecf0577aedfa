using MnistCnn.Kernels;

namespace MnistCnn.Engine;

/// <summary>
/// The tiles of a <see cref="WinogradConvolution"/>: 4 × 4 outputs each, and the 6 × 6 pixels that they see. Where a tile reaches over the edge of a
/// map, it is copied: what is outside counts as zero, and is not written. Immutable.
/// </summary>
internal sealed unsafe class WinogradTiles(SimdKernels simd, int padding, MapLayout input, MapLayout output)
{
    private const int Side = 4, InputSide = 6;
    private readonly int across = (output.Shape.Width + Side - 1) / Side;

    /// <summary>Tiles of an image.</summary>
    public int PerImage => (output.Shape.Height + Side - 1) / Side * across;

    /// <summary>Floats of memory for a tile at the edge.</summary>
    public static int ScratchLength(int pixelStride) => InputSide * InputSide * pixelStride;

    /// <summary>Transforms the pixels of a tile.</summary>
    public void ReadInput(float* images, int tile, VectorGrid points, float* edge)
    {
        Place place = InputOf(tile);
        simd.Transform(WinogradMatrix.Input, place.IsInside ? place.In(images) : place.CopyOf(images, edge), points, input.PixelStride);
    }

    /// <summary>Transforms the gradients of the outputs of a tile.</summary>
    public void ReadOutputGradient(float* gradients, int tile, VectorGrid points, float* edge)
    {
        Place place = OutputOf(tile);
        simd.Transform(WinogradMatrix.OutputTransposed, place.IsInside ? place.In(gradients) : place.CopyOf(gradients, edge), points, output.PixelStride);
    }

    /// <summary>Writes the outputs of a tile.</summary>
    public void WriteOutput(VectorGrid points, float* outputs, int tile, float* bias, bool relu, float* edge)
    {
        Place place = OutputOf(tile);
        simd.Transform(WinogradMatrix.Output, points, place.IsInside ? place.In(outputs) : place.At(edge), output.PixelStride, bias: bias, relu: relu);
        for (int y = place.FirstRow; y < place.EndRow && !place.IsInside; y++)
        {
            Buffer.MemoryCopy(place.Row(edge, y), place.RowIn(outputs, y), place.RowLength * sizeof(float), place.RowLength * sizeof(float));
        }
    }

    /// <summary>Before the gradients of overlapping tiles are added up.</summary>
    public void ClearInputGradient(in LayerWork work)
    {
        if (PerImage > 1 && work.InputGradient is not null)
        {
            new Span<float>(work.InputGradient, work.Count * input.ImageStride).Clear();
        }
    }

    /// <summary>Adds the gradients of the pixels of a tile, with zeros where <paramref name="gate"/>, unless it is null, is not above zero.</summary>
    public void WriteInputGradient(VectorGrid points, float* gradients, int tile, float* gate, float* edge)
    {
        Place place = InputOf(tile);
        if (place.IsInside)
        {
            simd.Transform(WinogradMatrix.InputTransposed, points, place.In(gradients), input.PixelStride, add: PerImage > 1,
                gate: gate is null ? null : place.In(gate).Start);
            return;
        }

        simd.Transform(WinogradMatrix.InputTransposed, points, place.At(edge), input.PixelStride);
        for (int y = place.FirstRow; y < place.EndRow; y++)
        {
            float* row = place.RowIn(gradients, y);
            if (PerImage == 1)
            {
                new Span<float>(row, place.RowLength).Clear();
            }

            Elementwise.AddGated(row, place.Row(edge, y), gate is null ? null : place.RowIn(gate, y), place.RowLength);
        }
    }

    private Place InputOf(int tile)
    {
        (int image, int row, int column) = PlaceOf(tile);
        return new(input, image, row * Side - padding, column * Side - padding, InputSide, input.Border);
    }

    private Place OutputOf(int tile)
    {
        (int image, int row, int column) = PlaceOf(tile);
        return new(output, image, row * Side, column * Side, Side, 0);
    }

    private (int Image, int Row, int Column) PlaceOf(int tile)
    {
        (int image, int place) = Math.DivRem(tile, PerImage);
        return (image, place / across, place % across);
    }

    /// <summary>A square of pixels of an image; some of its rows and columns may lie outside the image. Copies of it are [side, side, pixel].</summary>
    private readonly struct Place(MapLayout map, int image, int top, int left, int side, int border)
    {
        /// <summary>Whether all of it may be read and written in the map.</summary>
        public bool IsInside { get; } = top >= -border && left >= -border && top + side <= map.Shape.Height + border && left + side <= map.Shape.Width + border;

        public int FirstRow => Math.Max(0, -top);

        public int EndRow => Math.Min(side, map.Shape.Height - top);

        /// <summary>Floats of a row that are not outside.</summary>
        public int RowLength => (Math.Min(side, map.Shape.Width - left) - FirstColumn) * map.PixelStride;

        private int FirstColumn => Math.Max(0, -left);

        public VectorGrid In(float* maps) => new(maps + (nint)image * map.ImageStride + map.Offset(top, left), map.Row, map.PixelStride);

        public VectorGrid At(float* copy) => new(copy, side * map.PixelStride, map.PixelStride);

        /// <summary>Where the part of a row begins that is not outside: in the map, and in a copy.</summary>
        public float* RowIn(float* maps, int y) => maps + (nint)image * map.ImageStride + map.Offset(top + y, left + FirstColumn);

        public float* Row(float* copy, int y) => copy + (y * side + FirstColumn) * map.PixelStride;

        public VectorGrid CopyOf(float* maps, float* copy)
        {
            new Span<float>(copy, side * side * map.PixelStride).Clear();
            for (int y = FirstRow; y < EndRow; y++)
            {
                Buffer.MemoryCopy(RowIn(maps, y), Row(copy, y), RowLength * sizeof(float), RowLength * sizeof(float));
            }

            return At(copy);
        }
    }
}
