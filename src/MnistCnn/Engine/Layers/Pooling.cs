using MnistCnn.Kernels;

namespace MnistCnn.Engine;

/// <summary>
/// The greatest number, or the mean, of windows of a map, channel by channel. What is outside the map is left out of the greatest, and counts as zero in the
/// mean.
/// </summary>
internal sealed unsafe class Pooling : Layer
{
    private readonly PoolingWindow window;
    private readonly bool gateInput, areDisjoint, coverMap;
    private readonly int firstWhole, endWhole;
    private readonly float share;

    public Pooling(SimdKernels simd, PoolingWindow window, MapLayout input, MapLayout output, bool gateInput)
        : base(simd, input, output)
    {
        (this.window, this.gateInput, share) = (window, gateInput, 1f / (window.Height * window.Width));
        int[] whole = [.. Enumerable.Range(0, output.Shape.Width).Where(IsWhole)];
        (firstWhole, endWhole) = whole is [var first, .., var last] ? (first, last + 1) : whole is [var only] ? (only, only + 1) : (0, 0);
        areDisjoint = (window.Stride >= window.Height || output.Shape.Height == 1) && (window.Stride >= window.Width || output.Shape.Width == 1);
        coverMap = areDisjoint && window.Padding == 0 && output.Shape.Height * window.Height == input.Shape.Height
            && output.Shape.Width * window.Width == input.Shape.Width;
    }

    public override void Forward(in LayerWork work)
    {
        for (int n = 0; n < work.Count; n++)
        {
            float* image = work.Input + (nint)n * Input.ImageStride, results = work.Output + (nint)n * Output.ImageStride;
            PoolingWindows windows;
            for (int y = 0; y < Output.Shape.Height; y++)
            {
                for (int x = 0; x < Output.Shape.Width; x += windows.Count)
                {
                    windows = WindowsAt(y, x, out int place);
                    if (window.IsMaximum)
                    {
                        PoolingOperations.Maximum(image + place, windows, results + Output.Offset(y, x));
                        continue;
                    }

                    for (int p = 0; p < windows.Count * windows.Rows * windows.Columns; p++)
                    {
                        (int i, int offset) = PixelOf(windows, p);
                        MapOperations.Scale(image + place + offset, results + Output.Offset(y, x + i), windows.Channels, share,
                            add: p % (windows.Rows * windows.Columns) > 0);
                    }
                }
            }
        }
    }

    public override void Backward(in LayerWork work)
    {
        for (int n = 0; n < work.Count && work.InputGradient is not null; n++)
        {
            nint input = (nint)n * Input.ImageStride, output = (nint)n * Output.ImageStride;
            if (!coverMap)
            {
                new Span<float>(work.InputGradient + input, Input.ImageStride).Clear();
            }

            BackwardImage(work.Input + input, ((nint)(work.Output + output), (nint)(work.OutputGradient + output)), work.InputGradient + input);
            if (gateInput && !window.IsMaximum)
            {
                MapOperations.Gate(work.Input + input, work.InputGradient + input, Input.Inputs);
            }
        }
    }

    private void BackwardImage(float* image, (nint Maxima, nint Gradients) results, float* imageGradient)
    {
        PoolingWindows windows;
        for (int y = 0; y < Output.Shape.Height; y++)
        {
            for (int x = 0; x < Output.Shape.Width; x += windows.Count)
            {
                windows = WindowsAt(y, x, out int place);
                nint result = Output.Offset(y, x) * sizeof(float);
                if (window.IsMaximum)
                {
                    PoolingOperations.MaximumBackward(image + place, windows, (results.Maxima + result, results.Gradients + result), imageGradient + place,
                        add: !areDisjoint, gateInput);
                    continue;
                }

                for (int p = 0; p < windows.Count * windows.Rows * windows.Columns; p++)
                {
                    (int i, int offset) = PixelOf(windows, p);
                    MapOperations.Scale((float*)(results.Gradients + result) + i * windows.Channels, imageGradient + place + offset, windows.Channels, share,
                        add: !areDisjoint);
                }
            }
        }
    }

    /// <summary>Windows of one size, side by side, from an output on: those that are wholly in the map at once, others one by one.</summary>
    private PoolingWindows WindowsAt(int y, int x, out int place)
    {
        (int top, int bottom) = window.Rows(y, Input.Shape.Height);
        (int left, int right) = window.Columns(x, Input.Shape.Width);
        place = Input.Offset(top, left);
        int count = x >= firstWhole && x < endWhole ? endWhole - x : 1;
        return new(count, window.Stride * Input.PixelStride, bottom - top, right - left, Input.Row, Input.PixelStride);
    }

    private bool IsWhole(int x) => window.Columns(x, Input.Shape.Width) is var (left, right) && right - left == window.Width;

    /// <summary>The window of a pixel of some windows, in order, and its place behind the first pixel of the first window.</summary>
    private static (int Window, int Offset) PixelOf(in PoolingWindows windows, int pixel)
    {
        (int i, int inside) = Math.DivRem(pixel, windows.Rows * windows.Columns);
        return (i, i * windows.Step + inside / windows.Columns * windows.Row + inside % windows.Columns * windows.Channels);
    }
}
