using MnistCnn.Kernels;

namespace MnistCnn.Engine;

/// <summary>The greatest number, or the mean, of windows of a map, channel by channel. What is outside the map is left out of the greatest, and counts as zero in the mean.</summary>
internal sealed unsafe class Pooling(SimdKernels simd, PoolingWindow window, MapLayout input, MapLayout output, bool gateInput) : Layer(simd, input, output)
{
    private readonly MapRows rows = new(input, input);
    private readonly float share = 1f / (window.Height * window.Width);

    /// <summary>The gradient of an output, from which the greatest numbers take theirs.</summary>
    public override int ScratchLength => window.IsMaximum ? Input.PixelStride : 0;

    public override void Forward(in LayerWork work)
    {
        int channels = Input.PixelStride;
        for (int n = 0; n < work.Count; n++)
        {
            float* image = work.Input + (nint)n * Input.ImageStride;
            for (int y = 0; y < Output.Shape.Height; y++)
            {
                (int top, int bottom) = window.Rows(y, Input.Shape.Height);
                for (int x = 0; x < Output.Shape.Width; x++)
                {
                    (int left, int right) = window.Columns(x, Input.Shape.Width);
                    float* pixel = work.Output + (nint)n * Output.ImageStride + Output.Offset(y, x);
                    bool isFirst = true;
                    for (int row = top; row < bottom; row++)
                    {
                        for (float* from = image + Input.Offset(row, left), end = from + (right - left) * channels; from < end; from += channels, isFirst = false)
                        {
                            if (!window.IsMaximum)
                            {
                                MapOperations.Scale(from, pixel, channels, share, add: !isFirst);
                            }
                            else if (isFirst)
                            {
                                new ReadOnlySpan<float>(from, channels).CopyTo(new Span<float>(pixel, channels));
                            }
                            else
                            {
                                MapOperations.Maximum(from, pixel, channels);
                            }
                        }
                    }
                }
            }
        }
    }

    public override void Backward(in LayerWork work)
    {
        for (int n = 0; n < work.Count && work.InputGradient is not null; n++)
        {
            BackwardImage(work, n);
            for (int y = 0; y < rows.Count && gateInput; y++)
            {
                MapOperations.Gate(work.Input + rows.Input(n, y), work.InputGradient + rows.Input(n, y), rows.Length);
            }
        }
    }

    private void BackwardImage(in LayerWork work, int n)
    {
        int channels = Input.PixelStride;
        float* image = work.Input + (nint)n * Input.ImageStride, imageGradient = work.InputGradient + (nint)n * Input.ImageStride;
        new Span<float>(imageGradient, Input.ImageStride).Clear();
        for (int y = 0; y < Output.Shape.Height; y++)
        {
            (int top, int bottom) = window.Rows(y, Input.Shape.Height);
            for (int x = 0; x < Output.Shape.Width; x++)
            {
                (int left, int right) = window.Columns(x, Input.Shape.Width);
                nint place = (nint)n * Output.ImageStride + Output.Offset(y, x);
                float* gradient = work.OutputGradient + place;
                if (window.IsMaximum)
                {
                    new ReadOnlySpan<float>(gradient, channels).CopyTo(new Span<float>(work.Scratch, channels));
                    gradient = work.Scratch;
                }

                for (int row = top; row < bottom; row++)
                {
                    for (int column = left; column < right; column++)
                    {
                        int offset = Input.Offset(row, column);
                        if (window.IsMaximum)
                        {
                            MapOperations.MaximumBackward(image + offset, work.Output + place, gradient, imageGradient + offset, channels);
                        }
                        else
                        {
                            MapOperations.Scale(gradient, imageGradient + offset, channels, share, add: true);
                        }
                    }
                }
            }
        }
    }
}
