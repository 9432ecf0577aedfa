using MnistCnn.Kernels;

namespace MnistCnn.Layers;

/// <summary>
/// A 3×3 convolution of stride 1 with ReLU by Winograd's minimal filtering F(4×4, 3×3): 36 products for 16 outputs instead of 144, as 36 small matrix products, one for each point of the
/// transformed tiles. The backward pass is the transpose of each transform. Source: Lavin and Gray, «Fast Algorithms for Convolutional Neural Networks», CVPR 2016. Immutable.
/// <code>
/// images, outputs and their gradients   as in <see cref="Convolution"/>
/// tiles                                 those of image 0, row by row, then of image 1 …
/// transformed tiles of the images       [36, tiles, channels]        a gap behind each point
/// of the gradients of the outputs       [36, tiles, filters]
/// products                              [36, tiles, filters] or [36, tiles, channels]; for the weights 36 × [channel] × [filter] in panels
/// packed                                36 × [channel] × [filter]    panels, see SimdKernels
/// packed for the gradient of the input  36 × [filter] × [channel]
/// </code>
/// What is not finite, or huge, would spread over its tile: <see cref="Accepts"/> and <see cref="AcceptsGradients"/> say when not to use this.
/// </summary>
internal sealed unsafe class WinogradConvolution
{
    /// <summary>Magnitude up to which operands leave room for the sums of a transform.</summary>
    public const float Limit = 1e15f;

    /// <summary>Side of the outputs of a tile.</summary>
    private const int Side = 4;

    /// <summary>Points of a transformed tile, and from row to row of them.</summary>
    private const int Points = 36, Row = 6;

    /// <summary>Floats between the points: at powers of two they would compete for the same lines of the cache.</summary>
    private const int Gap = 16;

    private const int MostTiles = 32;

    private readonly SimdKernels simd;
    private readonly ConvolutionShape shape;
    private readonly int outputStride, tilesPerImage;

    /// <param name="simd">The kernels.</param>
    /// <param name="shape">A shape that <see cref="Supports"/> accepts.</param>
    /// <param name="outputStride">Floats from image to image of the outputs.</param>
    public WinogradConvolution(SimdKernels simd, ConvolutionShape shape, int outputStride)
    {
        (this.simd, this.shape, this.outputStride) = (simd, shape, outputStride);
        tilesPerImage = shape.OutputHeight / Side * (shape.OutputWidth / Side);
        Group = Math.Max(1, MostTiles / tilesPerImage);
    }

    /// <summary>Images that are transformed together.</summary>
    public int Group { get; }

    /// <summary>Floats of the transformed weights.</summary>
    public int TransformedLength => Points * WeightPoint;

    /// <summary>Floats of scratch memory: for the transformed images, outputs and weights, or what takes their place.</summary>
    public int ScratchLength => Points * (InputPoint + OutputPoint + WeightPoint);

    private int WeightLength => shape.Channels * shape.Filters;

    private int FilterPanel => simd.PanelWidth(shape.Filters);

    private int ChannelPanel => simd.PanelWidth(shape.Channels);

    private int InputPoint => (Group * tilesPerImage * shape.Channels) + Gap;

    private int OutputPoint => (Group * tilesPerImage * shape.Filters) + Gap;

    private int WeightPoint => WeightLength + Gap;

    /// <summary>Whether whole tiles cover the outputs, and whole registers the channels.</summary>
    public static bool Supports(ConvolutionShape shape, SimdKernels simd) =>
        shape.Kernel == 3 && shape.Stride == 1 && shape.OutputHeight % Side == 0 && shape.OutputWidth % Side == 0 && shape.Channels % simd.Width == 0 && shape.Filters % simd.Width == 0;

    /// <summary>Whether images are finite and leave room for the sums of a transform.</summary>
    public bool Accepts(int count, float* images) => simd.AllWithin(images, shape.InputLength, count, shape.InputLength, Limit);

    /// <summary>Whether gradients of outputs do.</summary>
    public bool AcceptsGradients(int count, float* outputGradients) => simd.AllWithin(outputGradients, outputStride, count, shape.OutputLength, Limit);

    /// <summary>Transforms weights that <see cref="Convolution.Copy"/> packed.</summary>
    public void Transform(float* packed, float* transformed) => Transform(packed, shape.Channels * FilterPanel, 1, transformed);

    /// <summary>outputs = max(0, images ∗ weights + bias).</summary>
    /// <param name="count">Images.</param>
    /// <param name="images">Images.</param>
    /// <param name="transformed">From <see cref="Transform(float*, float*)"/>; it may be the start of the scratch memory.</param>
    /// <param name="bias">Bias.</param>
    /// <param name="outputs">The result.</param>
    /// <param name="scratch">Scratch memory.</param>
    /// <param name="stream">Whether the outputs are meant for another core too.</param>
    public void Forward(int count, float* images, float* transformed, float* bias, float* outputs, float* scratch, bool stream = false)
    {
        float* inputs = scratch + TransformedLength, products = inputs + (Points * InputPoint);
        for (int n = 0, group; n < count; n += group)
        {
            group = Math.Min(Group, count - n);
            for (int tile = 0; tile < group * tilesPerImage; tile++)
                TransformInput(tile, images + ((nint)n * shape.InputLength), inputs);

            Multiply(group * tilesPerImage, inputs, InputPoint, shape.Channels, transformed, shape.Filters, products, OutputPoint);
            for (int tile = 0; tile < group * tilesPerImage; tile++)
                simd.Transform(WinogradMatrix.Output, PointsOf(products, tile, shape.Filters, OutputPoint), Outputs(outputs + ((nint)n * outputStride), tile), shape.Filters, bias: bias, stream: stream);
        }
    }

    /// <summary>Gradients from those of the outputs.</summary>
    /// <param name="count">Images.</param>
    /// <param name="images">Images.</param>
    /// <param name="outputGradients">Gradients of the outputs.</param>
    /// <param name="packed">Weights from <see cref="Convolution.PackBackward"/>.</param>
    /// <param name="weightGradients">The result, packed as by <see cref="Convolution.Copy"/>.</param>
    /// <param name="gate">The images, if a ReLU made them, else null: where they are not above zero, so is their gradient.</param>
    /// <param name="imageGradients">The result.</param>
    /// <param name="scratch">Scratch memory.</param>
    /// <param name="stream">Whether the gradients of the weights are meant for another core too.</param>
    public void Backward(
        int count, float* images, float* outputGradients, float* packed, float* weightGradients, float* gate, float* imageGradients, float* scratch, bool stream = false)
    {
        // Weights take the place of their gradient, and products that of the images.
        float* transformed = scratch, weightProducts = scratch, inputs = scratch + TransformedLength, products = inputs, gradients = inputs + (Points * InputPoint);
        if (tilesPerImage > 1)
            new Span<float>(imageGradients, count * shape.InputLength).Clear();

        for (int n = 0, group; n < count; n += group)
        {
            group = Math.Min(Group, count - n);
            for (int tile = 0; tile < group * tilesPerImage; tile++)
            {
                TransformInput(tile, images + ((nint)n * shape.InputLength), inputs);
                simd.Transform(WinogradMatrix.OutputTransposed, Outputs(outputGradients + ((nint)n * outputStride), tile), PointsOf(gradients, tile, shape.Filters, OutputPoint), shape.Filters);
            }

            MultiplyWeights(group * tilesPerImage, inputs, gradients, weightProducts);
            for (int f = 0; f < shape.Filters; f += FilterPanel)
            {
                int length = shape.Channels * FilterPanel;
                simd.Transform(
                    WinogradMatrix.WeightsTransposed, new(weightProducts + (shape.Channels * f), Row * WeightPoint, WeightPoint), new(weightGradients + (shape.Window * f), 3 * length, length), length, add: n > 0, stream: stream && count <= Group);
            }

            Transform(packed, shape.Filters * ChannelPanel, -1, transformed);
            Multiply(group * tilesPerImage, gradients, OutputPoint, shape.Filters, transformed, shape.Channels, products, InputPoint);
            for (int tile = 0; tile < group * tilesPerImage; tile++)
            {
                nint image = (nint)n * shape.InputLength;
                simd.Transform(
                    WinogradMatrix.InputTransposed, PointsOf(products, tile, shape.Channels, InputPoint), Inputs(imageGradients + image, tile), shape.Channels, tilesPerImage > 1, gate is null ? null : Inputs(gate + image, tile).Start);
            }
        }
    }

    /// <summary>Every point a product of <paramref name="a"/>, [36, tiles, depth], and transformed weights: [36, tiles, columns].</summary>
    private void Multiply(int tiles, float* a, int point, int depth, float* transformed, int columns, float* products, int productPoint)
    {
        RowTiles rows = RowTiles.Strided(tiles, depth, columns);
        for (int p = 0; p < Points; p++)
        {
            TileOperands operands = new()
            {
                A = a + (p * point), AInner = 1, B = transformed + (p * WeightPoint), BInner = 1, Outer = 1, Middle = 1, Inner = depth, C = products + (p * productPoint),
            };
            simd.Multiply(operands, rows, columns, packedDepth: depth);
        }
    }

    private void MultiplyWeights(int tiles, float* inputs, float* gradients, float* products)
    {
        RowTiles rows = RowTiles.Strided(shape.Channels, 1, FilterPanel);
        for (int p = 0; p < Points; p++)
        {
            for (int f = 0; f < shape.Filters; f += FilterPanel)
            {
                TileOperands operands = new()
                {
                    A = inputs + (p * InputPoint), AInner = shape.Channels, B = gradients + (p * OutputPoint) + f, BInner = shape.Filters,
                    Outer = 1, Middle = 1, Inner = tiles, C = products + (p * WeightPoint) + (shape.Channels * f),
                };
                simd.Multiply(operands, rows, FilterPanel);
            }
        }
    }

    /// <summary>The taps, panels of a length, in order, or in reverse where the direction is −1.</summary>
    private void Transform(float* packed, int panelLength, int direction, float* transformed)
    {
        for (int panel = 0; panel < WeightLength; panel += panelLength)
        {
            float* first = packed + (9 * panel) + (direction < 0 ? 8 * panelLength : 0);
            simd.Transform(WinogradMatrix.Weights, new(first, 3 * direction * panelLength, direction * panelLength), new(transformed + panel, Row * WeightPoint, WeightPoint), panelLength);
        }
    }

    private void TransformInput(int tile, float* images, float* inputs) =>
        simd.Transform(WinogradMatrix.Input, Inputs(images, tile), PointsOf(inputs, tile, shape.Channels, InputPoint), shape.Channels);

    private static VectorGrid PointsOf(float* transformed, int tile, int width, int point) => new(transformed + ((nint)tile * width), Row * point, point);

    private VectorGrid Inputs(float* images, int tile) => Pixels(images, tile, shape.InputLength, shape.Width, shape.Channels);

    private VectorGrid Outputs(float* outputs, int tile) => Pixels(outputs, tile, outputStride, shape.OutputWidth, shape.Filters);

    private VectorGrid Pixels(float* images, int tile, int stride, int width, int channels)
    {
        (int image, int place) = Math.DivRem(tile, tilesPerImage);
        (int y, int x) = Math.DivRem(place, shape.OutputWidth / Side);
        return new(images + ((nint)image * stride) + (Side * ((y * width) + x) * channels), width * channels, channels);
    }
}
