using MnistCnn.Layers;
using MnistCnn.Networks;

namespace MnistCnn.Tests.Networks;

/// <summary>The scalar twin of the kernels: the network in double precision, channels first as in PyTorch, one loop a sum.</summary>
internal sealed class ReferenceNetwork(CnnShape shape, float[][] parameters)
{
    public double Loss { get; private set; }

    public List<double[]> Logits { get; } = [];

    public List<double[]> ImageGradients { get; } = [];

    /// <summary>The least magnitude that a ReLU was given: within rounding of zero, single precision may find it on the other side, and so another gradient.</summary>
    public double NearestToKink { get; private set; } = double.PositiveInfinity;

    public double[][] Gradients { get; } = [.. parameters.Select(p => new double[p.Length])];

    public void Run(float[] images, long[] labels, double smoothing)
    {
        int length = shape.Convolutions[0].InputLength, convolutions = shape.Convolutions.Count, linears = shape.Widths.Count - 1;
        for (int n = 0; n < labels.Length; n++)
        {
            List<double[]> activations = [[.. images.Skip(n * length).Take(length).Select(v => (double)v)]];
            for (int l = 0; l < convolutions; l++)
            {
                activations.Add(Relu(Convolve(shape.Convolutions[l], activations[^1], parameters[2 * l], parameters[(2 * l) + 1])));
            }

            for (int l = convolutions; l < convolutions + linears; l++)
            {
                double[] outputs = Multiply(activations[^1], parameters[2 * l], parameters[(2 * l) + 1]);
                activations.Add(l == convolutions + linears - 1 ? outputs : Relu(outputs));
            }

            Logits.Add(activations[^1]);
            (double loss, double[] gradient) = CrossEntropy(activations[^1], labels[n], smoothing, labels.Length);
            Loss += loss / labels.Length;
            for (int l = convolutions + linears - 1; l >= 0; l--)
            {
                gradient = l >= convolutions
                    ? MultiplyBackward(activations[l], parameters[2 * l], gradient, Gradients[2 * l], Gradients[(2 * l) + 1])
                    : ConvolveBackward(shape.Convolutions[l], activations[l], parameters[2 * l], gradient, Gradients[2 * l], Gradients[(2 * l) + 1]);
                for (int i = 0; l > 0 && i < gradient.Length; i++)
                {
                    gradient[i] = activations[l][i] <= 0 ? 0 : gradient[i];
                }
            }

            ImageGradients.Add(gradient);
        }
    }

    public static (double Loss, double[] Gradient) CrossEntropy(double[] logits, long label, double smoothing, int batch)
    {
        double maximum = logits.Max(), log = Math.Log(logits.Sum(z => Math.Exp(z - maximum))) + maximum, loss = 0;
        double[] gradient = new double[logits.Length];
        for (int c = 0; c < logits.Length; c++)
        {
            double target = (c == label ? 1 - smoothing : 0) + (smoothing / logits.Length);
            loss -= target * (logits[c] - log);
            gradient[c] = (Math.Exp(logits[c] - log) - target) / batch;
        }

        return (loss, gradient);
    }

    public static double[] Convolve(ConvolutionShape shape, double[] image, float[] weights, float[] bias)
    {
        double[] outputs = new double[shape.OutputLength];
        ForEachTap(shape, (o, f, i, w) => outputs[o] += image[i] * weights[w]);
        int pixels = shape.OutputHeight * shape.OutputWidth;
        return [.. outputs.Select((v, o) => v + bias[o / pixels])];
    }

    public static double[] ConvolveBackward(ConvolutionShape shape, double[] image, float[] weights, double[] gradient, double[] weightGradient, double[] biasGradient)
    {
        double[] imageGradient = new double[image.Length];
        ForEachTap(shape, (o, f, i, w) =>
        {
            weightGradient[w] += gradient[o] * image[i];
            imageGradient[i] += gradient[o] * weights[w];
        });
        int pixels = shape.OutputHeight * shape.OutputWidth;
        for (int o = 0; o < gradient.Length; o++)
        {
            biasGradient[o / pixels] += gradient[o];
        }

        return imageGradient;
    }

    private double[] Relu(double[] values)
    {
        NearestToKink = values.Select(Math.Abs).Where(v => v > 0).Append(NearestToKink).Min();
        return [.. values.Select(v => v <= 0 ? 0 : v)];
    }

    private static double[] Multiply(double[] inputs, float[] weights, float[] bias) =>
        [.. bias.Select((b, o) => b + inputs.Select((x, i) => x * weights[(o * inputs.Length) + i]).Sum())];

    private static double[] MultiplyBackward(double[] inputs, float[] weights, double[] gradient, double[] weightGradient, double[] biasGradient)
    {
        double[] inputGradient = new double[inputs.Length];
        for (int o = 0; o < gradient.Length; o++)
        {
            biasGradient[o] += gradient[o];
            for (int i = 0; i < inputs.Length; i++)
            {
                weightGradient[(o * inputs.Length) + i] += gradient[o] * inputs[i];
                inputGradient[i] += gradient[o] * weights[(o * inputs.Length) + i];
            }
        }

        return inputGradient;
    }

    private static void ForEachTap(ConvolutionShape shape, Action<int, int, int, int> visit)
    {
        for (int f = 0; f < shape.Filters; f++)
        {
            for (int p = 0; p < shape.OutputHeight * shape.OutputWidth; p++)
            {
                (int y, int x) = (p / shape.OutputWidth * shape.Stride, p % shape.OutputWidth * shape.Stride);
                for (int t = 0; t < shape.Window; t++)
                {
                    (int c, int ky, int kx) = (t / (shape.Kernel * shape.Kernel), t / shape.Kernel % shape.Kernel, t % shape.Kernel);
                    visit((f * shape.OutputHeight * shape.OutputWidth) + p, f, (((c * shape.Height) + y + ky) * shape.Width) + x + kx, (f * shape.Window) + t);
                }
            }
        }
    }
}
