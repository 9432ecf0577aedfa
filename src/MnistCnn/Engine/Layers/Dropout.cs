using MnistCnn.Kernels;
using MnistCnn.Networks;

namespace MnistCnn.Engine;

/// <summary>
/// Zeros at random in training. Which they are follows from the seed of the pass, the layer, the image's place in the batch, and the number's or the channel's
/// place in the image: from nothing else, so that neither threads nor registers nor a resume change them, and the backward pass need not keep them.
/// </summary>
internal sealed unsafe class Dropout(SimdKernels simd, DropoutDescription description, MapLayout input, MapLayout output, bool gateInput, int number)
    : Layer(simd, input, output)
{
    private readonly MapRows rows = new(input, output);
    private readonly float scale = description.Probability < 1 ? (float)(1 / (1 - description.Probability)) : 0;

    /// <summary>A hash below it means zero.</summary>
    private readonly uint threshold = (uint)Math.Min(uint.MaxValue, description.Probability * 4294967296.0);

    public override void Forward(in LayerWork work)
    {
        for (int n = 0; n < work.Count; n++)
        {
            for (int y = 0; y < rows.Count; y++)
            {
                Drop(work, n, y, work.Input + rows.Input(n, y), work.Output + rows.Output(n, y));
            }
        }
    }

    public override void Backward(in LayerWork work)
    {
        for (int n = 0; n < work.Count && work.InputGradient is not null; n++)
        {
            for (int y = 0; y < rows.Count; y++)
            {
                float* gradient = work.InputGradient + rows.Input(n, y);
                Drop(work, n, y, work.OutputGradient + rows.Output(n, y), gradient);
                if (gateInput)
                {
                    MapOperations.Gate(work.Input + rows.Input(n, y), gradient, rows.Length);
                }
            }
        }
    }

    private void Drop(in LayerWork work, int image, int row, float* source, float* destination)
    {
        uint key = DropoutMask.Combine(DropoutMask.Combine(DropoutMask.Combine((uint)work.Seed, (uint)(work.Seed >> 32)), (uint)number),
            (uint)(work.FirstImage + image));
        int channels = Input.Shape.Channels, stride = Input.PixelStride;
        if (!description.PerChannel && channels == stride)
        {
            DropoutMask.Run(source, destination, rows.Length, key, (uint)(row * rows.Length), threshold, scale);
            return;
        }

        // Places count channels without padding.
        for (int p = 0; p < rows.Pixels; p++)
        {
            uint place = description.PerChannel ? 0 : (uint)((row * rows.Pixels + p) * channels);
            DropoutMask.Run(source + p * stride, destination + p * stride, stride, key, place, threshold, scale);
        }
    }
}
