using MnistCnn.Kernels;
using MnistCnn.Networks;

namespace MnistCnn.Engine;

/// <summary>
/// Each channel less the batch's mean, divided by its standard deviation, scaled and shifted, with ReLU if asked; in training alone. Each slice leaves its own
/// figures, and all slices add up all of them in one order. Source: Ioffe and Szegedy, «Batch Normalization», 2015; figures of slices are joined after Chan,
/// Golub and LeVeque, 1979.
/// <code>
/// of each slice   [count, 15 free] [mean] [sum of squares less the mean] [sum of gradients] [sum of gradients × normalised]
/// scratch         [mean] [scale] [slope] [shift]
/// </code>
/// </summary>
internal sealed unsafe class BatchNormalization : Layer
{
    private const int CountLength = 16;
    private readonly MapRows rows;
    private readonly ParameterSlot weight, bias;
    private readonly BatchNormDescription description;
    private readonly bool relu, gateInput;

    public BatchNormalization(SimdKernels simd, BatchNormDescription description, MapLayout input, MapLayout output, Fusion fusion, int offset)
        : base(simd, input, output)
    {
        (this.description, rows, relu, gateInput) = (description, new MapRows(input, output), fusion.Relu, fusion.GateInput);
        weight = ParameterSlot.OfVector(description.Parameters[0], offset);
        bias = ParameterSlot.OfVector(description.Parameters[1], offset + weight.Length);
    }

    public override IReadOnlyList<ParameterSlot> Parameters => [weight, bias];

    public override bool IsRectified => relu;

    public override int SliceMemory => CountLength + 4 * Channels;

    public override int ScratchLength => 4 * Channels;

    public override bool NeedsBatch => true;

    public override int GradientItems => 1;

    public BatchNormDescription Description => description;

    /// <summary>Channels padded to whole registers.</summary>
    private int Channels => Input.PixelStride;

    private int Pixels => Input.Shape.Height * Input.Shape.Width;

    public override void BeginForward(in LayerWork work)
    {
        float* mean = work.SliceMemory + CountLength, squares = mean + Channels, imageMean = work.Scratch, imageSquares = imageMean + Channels;
        work.SliceMemory[0] = (float)work.Count * Pixels;
        new Span<float>(mean, 2 * Channels).Clear();
        // Image by image, so that the second look at an image finds it in the nearest caches.
        for (int n = 0; n < work.Count; n++)
        {
            float* image = work.Input + rows.Input(n, 0);
            Simd.SumRows(image, Channels, Pixels, Channels, imageMean);
            MapOperations.Scale(imageMean, imageMean, Channels, 1f / Pixels, add: false);
            new Span<float>(imageSquares, Channels).Clear();
            MapOperations.SumSquares(image, Pixels, Channels, imageMean, imageSquares);
            float share = 1f / (n + 1), factor = (float)n * Pixels * share;
            for (int c = 0; c < Channels; c++)
            {
                float difference = imageMean[c] - mean[c];
                mean[c] += difference * share;
                squares[c] += imageSquares[c] + difference * difference * factor;
            }
        }
    }

    public override void Forward(in LayerWork work)
    {
        float* scale = work.Scratch, shift = scale + Channels;
        double count = CountOf(work.FirstSliceMemory, work.Slices);
        if (count <= 1)
        {
            throw new InvalidOperationException(
                $"Layer '{description.Name}': expected more than 1 value for each channel in training, found 1: the batch is too small.");
        }

        for (int c = 0; c < Channels; c++)
        {
            (double mean, double variance) = StatisticsOf(work.FirstSliceMemory, work.Slices, c);
            double factor = work.Parameters[weight.Offset + c] / Math.Sqrt(variance + description.Epsilon);
            (scale[c], shift[c]) = ((float)factor, (float)(work.Parameters[bias.Offset + c] - mean * factor));
        }

        for (int n = 0; n < work.Count; n++)
        {
            for (int y = 0; y < rows.Count; y++)
            {
                MapOperations.Affine(work.Input + rows.Input(n, y), work.Output + rows.Output(n, y), rows.Pixels, Channels, scale, shift, relu);
            }
        }
    }

    public override void BeginBackward(in LayerWork work)
    {
        float* gradients = work.SliceMemory + CountLength + 2 * Channels, products = gradients + Channels, mean = work.Scratch;
        new Span<float>(gradients, 2 * Channels).Clear();
        for (int c = 0; c < Channels; c++)
        {
            mean[c] = (float)StatisticsOf(work.FirstSliceMemory, work.Slices, c).Mean;
        }

        for (int n = 0; n < work.Count; n++)
        {
            for (int y = 0; y < rows.Count; y++)
            {
                MapOperations.SumProducts(work.OutputGradient + rows.Output(n, y), work.Input + rows.Input(n, y), rows.Pixels, Channels, mean, gradients,
                    products);
            }
        }

        for (int c = 0; c < Channels; c++)
        {
            products[c] *= (float)(1 / Math.Sqrt(StatisticsOf(work.FirstSliceMemory, work.Slices, c).Variance + description.Epsilon));
        }
    }

    public override void Backward(in LayerWork work)
    {
        if (work.InputGradient is null)
        {
            return;
        }

        // With n the normalised input: dx = γ/σ (dy − mean(dy) − n · mean(dy n)), which is linear in dy and x.
        float* scale = work.Scratch + Channels, slope = scale + Channels, shift = slope + Channels;
        double count = CountOf(work.FirstSliceMemory, work.Slices);
        for (int c = 0; c < Channels; c++)
        {
            (double mean, double variance) = StatisticsOf(work.FirstSliceMemory, work.Slices, c);
            double inverse = 1 / Math.Sqrt(variance + description.Epsilon), factor = work.Parameters[weight.Offset + c] * inverse, ofGradient = 0,
                ofProduct = 0;
            for (int s = 0; s < work.Slices; s++)
            {
                float* sums = work.FirstSliceMemory + (nint)s * SliceMemory + CountLength + 2 * Channels;
                ofGradient += sums[c];
                ofProduct += sums[Channels + c];
            }

            double rate = -factor * inverse * ofProduct / count;
            (scale[c], slope[c], shift[c]) = ((float)factor, (float)rate, (float)(-factor * ofGradient / count - rate * mean));
        }

        for (int n = 0; n < work.Count; n++)
        {
            for (int y = 0; y < rows.Count; y++)
            {
                float* x = work.Input + rows.Input(n, y), gradient = work.InputGradient + rows.Input(n, y);
                MapOperations.NormalizeBackward(x, work.OutputGradient + rows.Output(n, y), gradient, rows.Pixels, Channels, scale, slope, shift);
                if (gateInput)
                {
                    MapOperations.Gate(x, gradient, rows.Length);
                }
            }
        }
    }

    public override void ComputeGradients(in LayerWork work, int item)
    {
        float* sums = work.FirstSliceMemory + CountLength + 2 * Channels;
        Simd.SumRows(sums, SliceMemory, work.Slices, Channels, work.Gradients + bias.Offset);
        Simd.SumRows(sums + Channels, SliceMemory, work.Slices, Channels, work.Gradients + weight.Offset);
    }

    /// <summary>What the slices of a batch found.</summary>
    /// <param name="slices">Their memory, stored contiguously.</param>
    /// <param name="count">How many slices.</param>
    /// <param name="mean">Receives the mean of each channel.</param>
    /// <param name="variance">Receives its variance, of the batch, not estimated.</param>
    /// <returns>Numbers of each channel.</returns>
    public long ReadStatistics(float* slices, int count, Span<double> mean, Span<double> variance)
    {
        for (int c = 0; c < mean.Length; c++)
        {
            (mean[c], variance[c]) = StatisticsOf(slices, count, c);
        }

        return (long)CountOf(slices, count);
    }

    private double CountOf(float* slices, int count)
    {
        double sum = 0;
        for (int s = 0; s < count; s++)
        {
            sum += slices[(nint)s * SliceMemory];
        }

        return sum;
    }

    private (double Mean, double Variance) StatisticsOf(float* slices, int count, int channel)
    {
        (double total, double mean, double squares) = (0, 0, 0);
        for (int s = 0; s < count; s++)
        {
            float* slice = slices + (nint)s * SliceMemory, of = slice + CountLength + channel;
            double added = slice[0], difference = of[0] - mean;
            total += added;
            mean += difference * added / total;
            squares += of[Channels] + difference * difference * (total - added) * added / total;
        }

        return (mean, squares / total);
    }
}
