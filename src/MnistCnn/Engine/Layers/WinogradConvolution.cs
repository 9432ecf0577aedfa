using MnistCnn.Kernels;
using MnistCnn.Networks;

namespace MnistCnn.Engine;

/// <summary>
/// A 3×3 convolution of stride 1 by Winograd's minimal filtering F(4×4, 3×3): 36 products for 16 outputs instead of 144, as 36 small matrix
/// products, one for each point of the transformed tiles. The backward pass is the transpose of each transform. Source: Lavin and Gray, «Fast
/// Algorithms for Convolutional Neural Networks», CVPR 2016. Immutable.
/// <code>
/// images, outputs and their gradients   see <see cref="MapLayout"/>
/// tiles                                 those of image 0, row by row, then of image 1 …; see <see cref="WinogradTiles"/>
/// transformed tiles of the images       [36, tiles, channels]        a gap behind each point
/// of the gradients of the outputs       [36, tiles, filters]
/// products                              [36, tiles, filters] or [36, tiles, channels]; for the weights 36 × [channel] × [filter] in panels
/// transformed weights                   36 × [channel] × [filter]    panels, see SimdKernels
/// for the gradient of the input         36 × [filter] × [channel]
/// </code>
/// What is not finite, or huge, would spread over its tile: operands are within <see cref="Limit"/>.
/// </summary>
internal sealed unsafe class WinogradConvolution
{
    /// <summary>The largest magnitude of operands at which the sums of a transform stay finite.</summary>
    public const float Limit = 1e15f;

    /// <summary>Points of a transformed tile, and from row to row of them.</summary>
    private const int Points = 36, Row = 6;

    /// <summary>Floats between the points. A power of two would map them to the same cache lines.</summary>
    private const int Gap = 16;

    private const int MostTiles = 32;

    private readonly SimdKernels simd;
    private readonly WinogradTiles tiles;
    private readonly int group, weightPoint;
    private readonly Maps inputs, outputs;

    public WinogradConvolution(SimdKernels simd, ConvolutionDescription description, MapLayout input, MapLayout output)
    {
        (this.simd, tiles) = (simd, new WinogradTiles(simd, description.Padding, input, output));
        group = Math.Max(1, MostTiles / tiles.PerImage);
        inputs = new Maps(description.Channels, input.PixelStride, group * tiles.PerImage * input.PixelStride + Gap, simd.PanelWidth(description.Channels));
        outputs = new Maps(description.Filters, output.PixelStride, group * tiles.PerImage * output.PixelStride + Gap, simd.PanelWidth(description.Filters));
        weightPoint = Math.Max(inputs.Channels * outputs.Stride, outputs.Channels * inputs.Stride) + Gap;
    }

    /// <summary>Floats of transformed weights.</summary>
    public int TransformedLength => Points * weightPoint;

    /// <summary>Floats of scratch memory: for the transformed images, outputs and weights, and a tile at the edge.</summary>
    public int ScratchLength => TransformedLength + Points * (inputs.Point + outputs.Point) + WinogradTiles.ScratchLength(
        Math.Max(inputs.Stride, outputs.Stride));

    /// <summary>Whether the shape allows it, and whole registers the images.</summary>
    public static bool Supports(SimdKernels simd, ConvolutionDescription description, MapLayout input) =>
        description is { Kernel: 3, Stride: 1 } && description.Channels >= simd.Width / 2 && input.PixelStride % simd.Width == 0;

    /// <summary>Transforms weights that <see cref="DirectConvolution.Copy"/> packed.</summary>
    public void TransformForward(float* packed, float* transformed) =>
        Transform(packed, inputs.Channels * outputs.Panel, inputs.Channels * outputs.Stride, 1, transformed);

    /// <summary>Transforms weights that <see cref="DirectConvolution.PackBackward"/> packed.</summary>
    public void TransformBackward(float* packed, float* transformed) =>
        Transform(packed, outputs.Channels * inputs.Panel, outputs.Channels * inputs.Stride, -1, transformed);

    /// <summary>outputs = images ∗ weights + bias, with ReLU if asked.</summary>
    public void Forward(in LayerWork work, float* transformed, float* bias, bool relu)
    {
        float* images = work.Scratch, products = images + Points * inputs.Point, edge = products + Points * outputs.Point;
        for (int n = 0; n < work.Count; n += group)
        {
            int count = Math.Min(group, work.Count - n) * tiles.PerImage, first = n * tiles.PerImage;
            for (int tile = 0; tile < count; tile++)
            {
                tiles.ReadInput(work.Input, first + tile, inputs.At(images, tile), edge);
            }

            Multiply(count, images, inputs, transformed, products, outputs);
            for (int tile = 0; tile < count; tile++)
            {
                tiles.WriteOutput(outputs.At(products, tile), work.Output, first + tile, bias, relu, edge);
            }
        }
    }

    /// <summary>Gradients from those of the outputs.</summary>
    /// <param name="work">Images and gradients.</param>
    /// <param name="transformed">Weights from <see cref="TransformBackward"/>.</param>
    /// <param name="weightGradients">The result, packed as by <see cref="DirectConvolution.Copy"/>.</param>
    /// <param name="gate">Whether a ReLU made the images: where they are not above zero, neither is their gradient.</param>
    public void Backward(in LayerWork work, float* transformed, float* weightGradients, bool gate)
    {
        // The products for the images take the place of their transforms.
        float* weightProducts = work.Scratch, images = weightProducts + TransformedLength, gradients = images + Points * inputs.Point,
            edge = gradients + Points * outputs.Point;
        tiles.ClearInputGradient(work);
        for (int n = 0; n < work.Count; n += group)
        {
            int count = Math.Min(group, work.Count - n) * tiles.PerImage, first = n * tiles.PerImage;
            for (int tile = 0; tile < count; tile++)
            {
                tiles.ReadInput(work.Input, first + tile, inputs.At(images, tile), edge);
                tiles.ReadOutputGradient(work.OutputGradient, first + tile, outputs.At(gradients, tile), edge);
            }

            MultiplyWeights(count, images, gradients, weightProducts, weightGradients, add: n > 0);
            if (work.InputGradient is not null)
            {
                Multiply(count, gradients, outputs, transformed, images, inputs);
                for (int tile = 0; tile < count; tile++)
                {
                    tiles.WriteInputGradient(inputs.At(images, tile), work.InputGradient, first + tile, gate ? work.Input : null, edge);
                }
            }
        }
    }

    /// <summary>Every point a product of transformed maps, [36, tiles, depth], and transformed weights: [36, tiles, columns].</summary>
    private void Multiply(int count, float* maps, in Maps from, float* transformed, float* products, in Maps to)
    {
        for (int p = 0; p < Points; p++)
        {
            TileOperands operands = new()
            {
                A = maps + p * from.Point,
                AInner = 1,
                B = transformed + p * weightPoint,
                BInner = 1,
                Outer = 1,
                Middle = 1,
                Inner = from.Channels,
                C = products + p * to.Point,
            };
            simd.Multiply(ref operands, RowSet.Strided(count, from.Stride, to.Stride), to.Stride, packedDepth: from.Channels);
        }
    }

    private void MultiplyWeights(int count, float* images, float* gradients, float* products, float* weightGradients, bool add)
    {
        int panel = outputs.Panel, length = inputs.Channels * panel;
        for (int f = 0; f < outputs.Stride; f += panel)
        {
            for (int p = 0; p < Points; p++)
            {
                TileOperands operands = new()
                {
                    A = images + p * inputs.Point,
                    AInner = inputs.Stride,
                    B = gradients + p * outputs.Point + f,
                    BInner = outputs.Stride,
                    Outer = 1,
                    Middle = 1,
                    Inner = count,
                    C = products + p * weightPoint,
                };
                simd.Multiply(ref operands, RowSet.Strided(inputs.Channels, 1, panel), panel);
            }

            simd.Transform(WinogradMatrix.WeightsTransposed, new(products, Row * weightPoint, weightPoint),
                new(weightGradients + 9 * inputs.Channels * f, 3 * length, length), length, add);
        }
    }

    /// <summary>The taps, panels of a length, in order, or in reverse where the direction is −1.</summary>
    private void Transform(float* packed, int panelLength, int length, int direction, float* transformed)
    {
        for (int panel = 0; panel < length; panel += panelLength)
        {
            float* first = packed + 9 * panel + (direction < 0 ? 8 * panelLength : 0);
            simd.Transform(WinogradMatrix.Weights, new(first, 3 * direction * panelLength, direction * panelLength),
                new(transformed + panel, Row * weightPoint, weightPoint), panelLength);
        }
    }

    /// <summary>Transformed maps on one side of the convolution.</summary>
    /// <param name="Channels">Channels.</param>
    /// <param name="Stride">Floats from tile to tile.</param>
    /// <param name="Point">Floats from point to point.</param>
    /// <param name="Panel">Columns of a panel of as many.</param>
    private readonly record struct Maps(int Channels, int Stride, int Point, int Panel)
    {
        public VectorGrid At(float* transformed, int tile) => new(transformed + (nint)tile * Stride, Row * Point, Point);
    }
}
