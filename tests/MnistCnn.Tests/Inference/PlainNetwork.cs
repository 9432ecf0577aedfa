using MnistCnn.Serialization;

namespace MnistCnn.Tests.Inference;

/// <summary>The scalar twin of the predictor: plain loops over PyTorch's layouts, [channels, height, width].</summary>
internal sealed class PlainNetwork(ModelDescription description, IReadOnlyDictionary<string, SafetensorsTensor> weights)
{
    private readonly Dictionary<string, float[]> arrays = weights.ToDictionary(pair => pair.Key, pair => pair.Value.ToSingles(), StringComparer.Ordinal);

    public void Predict(ReadOnlySpan<byte> image, Span<float> probabilities)
    {
        float[] pixels = new float[image.Length];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = image[i] / 255f;
        }

        (float[] Values, int Height, int Width) map = (pixels, description.Height, description.Width);
        map = Convolve("conv1", map, filters: 16, stride: 2);
        map = Convolve("conv2", map, filters: 32, stride: 2);
        map = Convolve("conv3", map, filters: 64, stride: 1);
        float[] x = Rectify(Connect("fc1", map.Values));
        x = Connect("fc3", Rectify(Connect("fc2", x)));
        double sum = x.Sum(v => Math.Exp(v - x.Max()));
        for (int c = 0; c < x.Length; c++)
        {
            probabilities[c] = (float)(Math.Exp(x[c] - x.Max()) / sum);
        }
    }

    private (float[] Values, int Height, int Width) Convolve(string layer, (float[] Values, int Height, int Width) input, int filters, int stride)
    {
        (float[] kernel, float[] bias) = (arrays[layer + ".weight"], arrays[layer + ".bias"]);
        int channels = input.Values.Length / (input.Height * input.Width), height = ((input.Height - 3) / stride) + 1, width = ((input.Width - 3) / stride) + 1;
        float[] output = new float[filters * height * width];
        for (int o = 0; o < output.Length; o++)
        {
            int filter = o / (height * width), y = o / width % height * stride, x = o % width * stride;
            float sum = bias[filter];
            for (int k = 0; k < channels * 9; k++)
            {
                sum += kernel[(filter * channels * 9) + k] * input.Values[(((k / 9 * input.Height) + y + (k / 3 % 3)) * input.Width) + x + (k % 3)];
            }

            output[o] = sum;
        }

        return (Rectify(output), height, width);
    }

    private float[] Connect(string layer, float[] input)
    {
        (float[] matrix, float[] bias) = (arrays[layer + ".weight"], arrays[layer + ".bias"]);
        float[] output = [.. bias];
        for (int o = 0; o < output.Length; o++)
        {
            for (int i = 0; i < input.Length; i++)
            {
                output[o] += matrix[(o * input.Length) + i] * input[i];
            }
        }

        return output;
    }

    private static float[] Rectify(float[] values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Math.Max(0, values[i]);
        }

        return values;
    }
}
