using MnistCnn.Kernels;

namespace MnistCnn.Inference;

/// <summary>
/// A 3×3 convolution of stride 1 with ReLU by Winograd's minimal filtering F(4×4, 3×3): 36 products for 16 outputs instead of 144, as 36 small matrix products, one for each point of
/// the transformed tiles. Source: Lavin and Gray, «Fast Algorithms for Convolutional Neural Networks», CVPR 2016. Immutable.
/// <code>
/// images [N, height, width, channels], outputs [N, height − 2, width − 2, filters]     channels-last
/// transformed tiles, their products    [36, tiles, channels], [36, tiles, filters]      a gap behind each point; tiles: those of image 0, row by row, then of image 1 …
/// transformed weights                  36 × [channel] × [filter]                        panels, see SimdKernels
/// </code>
/// </summary>
internal sealed unsafe class WinogradConvolution
{
    /// <summary>Side of the outputs of a tile.</summary>
    private const int Side = 4;

    /// <summary>Points of a transformed tile: 6 × 6.</summary>
    private const int Points = 36;

    /// <summary>Floats between the points: at powers of two they would compete for the same lines of the cache.</summary>
    private const int Gap = 16;

    private static readonly double[,] s_weightTransform =
    {
        { 1 / 4.0, 0, 0 }, { -1 / 6.0, -1 / 6.0, -1 / 6.0 }, { -1 / 6.0, 1 / 6.0, -1 / 6.0 }, { 1 / 24.0, 1 / 12.0, 1 / 6.0 }, { 1 / 24.0, -1 / 12.0, 1 / 6.0 }, { 0, 0, 1 },
    };

    private readonly SimdKernels simd;
    private readonly WinogradTransforms transforms;
    private readonly ConvolutionShape shape;
    private readonly AlignedBuffer weights;
    private readonly AlignedBuffer bias;

    /// <param name="simd">The kernels.</param>
    /// <param name="shape">A shape that <see cref="Supports"/> accepts.</param>
    /// <param name="kernel">As in PyTorch: [filters, channels, 3, 3].</param>
    /// <param name="bias">One a filter.</param>
    public WinogradConvolution(SimdKernels simd, ConvolutionShape shape, ReadOnlySpan<float> kernel, ReadOnlySpan<float> bias)
    {
        (this.simd, this.shape) = (simd, shape);
        transforms = WinogradTransforms.For(simd);
        this.bias = new AlignedBuffer(bias.Length);
        bias.CopyTo(new Span<float>(this.bias.Pointer, bias.Length));
        weights = new AlignedBuffer(Points * PointLength);
        float[] transformed = Transform(kernel);
        Linear panels = new(simd, shape.Channels, shape.Filters);
        fixed (float* source = transformed)
        {
            for (int point = 0; point < Points; point++)
            {
                for (int filter = 0; filter < shape.Filters;)
                {
                    filter = panels.Copy(filter, source + (point * shape.Filters * shape.Channels), weights.Pointer + (point * PointLength));
                }
            }
        }
    }

    private int TilesPerImage => shape.OutputHeight / Side * (shape.OutputWidth / Side);

    private int PointLength => simd.PackedLength(shape.Channels, shape.Filters);

    /// <summary>Whether whole tiles cover the outputs, and whole registers the channels.</summary>
    public static bool Supports(ConvolutionShape shape, SimdKernels simd) =>
        shape.Kernel == 3 && shape.Stride == 1 && shape.OutputHeight % Side == 0 && shape.OutputWidth % Side == 0 && shape.Channels % simd.Width == 0 && shape.Filters % simd.Width == 0;

    /// <summary>Floats that <see cref="Forward"/> needs for some images.</summary>
    public long ScratchLength(int images) => (long)Points * ((images * TilesPerImage * (shape.Channels + shape.Filters)) + (2 * Gap));

    /// <summary>The rows of the products for some images.</summary>
    public RowTiles Rows(int images) => RowTiles.Strided(images * TilesPerImage, shape.Channels, shape.Filters);

    /// <summary>outputs = max(0, images ∗ weights + bias).</summary>
    public void Forward(int count, RowTiles rows, float* images, float* scratch, float* outputs)
    {
        int tiles = count * TilesPerImage, acrosses = shape.OutputWidth / Side;
        nint inputPoint = ((nint)tiles * shape.Channels) + Gap, outputPoint = ((nint)tiles * shape.Filters) + Gap;
        float* products = scratch + (Points * inputPoint);
        for (int tile = 0; tile < tiles; tile++)
        {
            (int image, int y, int x) = (tile / TilesPerImage, tile % TilesPerImage / acrosses * Side, tile % acrosses * Side);
            float* source = images + ((nint)image * shape.InputLength) + (((y * shape.Width) + x) * shape.Channels);
            transforms.Input(source, shape.Width * shape.Channels, shape.Channels, scratch + ((nint)tile * shape.Channels), inputPoint);
        }

        for (int point = 0; point < Points; point++)
        {
            TileOperands operands = new()
            {
                A = scratch + (point * inputPoint), AInner = 1, B = weights.Pointer + (point * PointLength), BInner = 1,
                Outer = 1, Middle = 1, Inner = shape.Channels, C = products + (point * outputPoint),
            };
            simd.Multiply(operands, rows, shape.Filters, packedDepth: shape.Channels);
        }

        for (int tile = 0; tile < tiles; tile++)
        {
            (int image, int y, int x) = (tile / TilesPerImage, tile % TilesPerImage / acrosses * Side, tile % acrosses * Side);
            float* destination = outputs + ((nint)image * shape.OutputLength) + (((y * shape.OutputWidth) + x) * shape.Filters);
            transforms.Output(products + ((nint)tile * shape.Filters), outputPoint, shape.Filters, bias.Pointer, destination, shape.OutputWidth * shape.Filters);
        }
    }

    /// <summary>G g Gᵀ of every filter and channel, in double precision: [36, filters, channels].</summary>
    private float[] Transform(ReadOnlySpan<float> kernel)
    {
        float[] transformed = new float[Points * shape.Filters * shape.Channels];
        for (int pair = 0; pair < shape.Filters * shape.Channels; pair++)
        {
            ReadOnlySpan<float> taps = kernel.Slice(pair * 9, 9);
            for (int point = 0; point < Points; point++)
            {
                double sum = 0;
                for (int tap = 0; tap < 9; tap++)
                {
                    sum += s_weightTransform[point / 6, tap / 3] * taps[tap] * s_weightTransform[point % 6, tap % 3];
                }

                transformed[(point * shape.Filters * shape.Channels) + pair] = (float)sum;
            }
        }

        return transformed;
    }
}
