using MnistCnn.Kernels;

namespace MnistCnn.Engine;

/// <summary>
/// The greatest number, or the mean, of windows of a map, channel by channel. What is outside the map is left out of the greatest, and counts as zero in the
/// mean.
/// </summary>
internal sealed unsafe class Pooling(SimdKernels simd, PoolingWindow window, MapLayout input, MapLayout output, bool gateInput) : Layer(simd, input, output)
{
    private readonly MapRows rows = new(input, input);
    private readonly float share = 1f / (window.Height * window.Width);

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
                    if (window.IsMaximum)
                    {
                        PoolingOperations.Maximum(image + Input.Offset(top, left), (bottom - top, right - left, Input.Row, channels), channels, pixel);
                        continue;
                    }

                    for (int p = 0, width = right - left; p < (bottom - top) * width; p++)
                    {
                        MapOperations.Scale(image + Input.Offset(top + p / width, left + p % width), pixel, channels, share, add: p > 0);
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
                    int offset = Input.Offset(top, left);
                    PoolingOperations.MaximumBackward(image + offset, (bottom - top, right - left, Input.Row, channels), channels, work.Output + place,
                        gradient, imageGradient + offset);
                    continue;
                }

                for (int p = 0, width = right - left; p < (bottom - top) * width; p++)
                {
                    MapOperations.Scale(gradient, imageGradient + Input.Offset(top + p / width, left + p % width), channels, share, add: true);
                }
            }
        }
    }
}
