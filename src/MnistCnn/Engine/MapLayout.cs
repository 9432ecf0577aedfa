using MnistCnn.Kernels;
using MnistCnn.Networks;

namespace MnistCnn.Engine;

/// <summary>
/// The layout of one image between two layers: channels-last, its pixels padded to whole registers, zeros around it where a convolution pads. Activations
/// and their gradients lie alike. Immutable.
/// <code>
/// [image: ImageStride][border + y: Row][border + x: PixelStride][channel]
/// </code>
/// </summary>
/// <param name="Shape">Channels, height and width.</param>
/// <param name="Border">Pixels of zeros on each side.</param>
/// <param name="PixelStride">Floats from pixel to pixel.</param>
/// <param name="ImageStride">Floats from image to image.</param>
internal sealed record MapLayout(MapShape Shape, int Border, int PixelStride, int ImageStride)
{
    private const int CacheLine = 16, MostImages = 64;

    /// <summary>Floats from row to row.</summary>
    public int Row => (Shape.Width + 2 * Border) * PixelStride;

    /// <summary>Floats that a linear layer reads of an image: the pixels one after another.</summary>
    public int Inputs => Shape.IsVector ? Shape.Channels : Shape.Height * Shape.Width * PixelStride;

    /// <summary>Of images as they are read: no padding but a border.</summary>
    /// <exception cref="OverflowException">So many images as a layer takes at a time have more numbers than an index.</exception>
    public static MapLayout OfImages(MapShape shape, int border) => new(shape, border, shape.Channels, LengthOf(shape, border, shape.Channels));

    /// <summary>Of activations.</summary>
    /// <exception cref="OverflowException">So many images as a layer takes at a time have more numbers than an index.</exception>
    public static MapLayout OfActivations(SimdKernels simd, MapShape shape, int border) =>
        new(shape, border, simd.Padded(shape.Channels), RowStride(LengthOf(shape, border, simd.Padded(shape.Channels))));

    /// <summary>Where a pixel begins.</summary>
    public int Offset(int y, int x) => (y + Border) * Row + (x + Border) * PixelStride;

    /// <summary>Copies an image, [height, width, channels], to its place in a map; the border and the padding stay as they are.</summary>
    public unsafe void Place(float* image, float* map)
    {
        (int channels, int width, int pixelStride) = (Shape.Channels, Shape.Width, PixelStride);
        // Pixels without padding are contiguous: a row is then copied like one long pixel.
        (int pixels, int length) = pixelStride == channels ? (1, width * channels) : (width, channels);
        for (int y = 0; y < Shape.Height; y++)
        {
            float* pixel = map + Offset(y, 0);
            for (int x = 0; x < pixels; x++, pixel += pixelStride, image += length)
            {
                new ReadOnlySpan<float>(image, length).CopyTo(new Span<float>(pixel, length));
            }
        }
    }

    private static int LengthOf(MapShape shape, int border, int pixel) =>
        checked(MostImages * (shape.Height + 2 * border) * (shape.Width + 2 * border) * pixel) / MostImages;

    /// <summary>Whole lines of the cache, and never a multiple of 1,024 bytes: rows so far apart compete for the same lines.</summary>
    private static int RowStride(int length)
    {
        int stride = (length + CacheLine - 1) / CacheLine * CacheLine;
        return stride % 256 == 0 ? stride + CacheLine : stride;
    }
}
