using MnistCnn.Networks;

namespace MnistCnn.Tests.Engine;

/// <summary>The scalar twin of the engine: a network in double precision, channels first as in PyTorch, one loop a sum.</summary>
internal sealed class ScalarNetwork
{
    private readonly NetworkDescription network;
    private readonly double[][] parameters;

    public ScalarNetwork(NetworkDescription network, IReadOnlyList<float[]> parameters)
    {
        (this.network, this.parameters) = (network, [.. parameters.Select(p => p.Select(v => (double)v).ToArray())]);
        Gradients = [.. parameters.Select(p => new double[p.Length])];
    }

    /// <summary>The mean over the batch.</summary>
    public double Loss { get; private set; }

    /// <summary>The output for each image.</summary>
    public List<double[]> Outputs { get; } = [];

    public List<double[]> ImageGradients { get; } = [];

    public double[][] Gradients { get; }

    /// <summary>
    /// The least magnitude that a ReLU was given: within rounding of zero, single precision may find it on the other side, and so another gradient.
    /// </summary>
    public double NearestToKink { get; private set; } = double.PositiveInfinity;

    /// <summary>Forward and backward pass of a batch.</summary>
    public void Run(float[] images, long[] labels, double smoothing = 0)
    {
        int length = network.Input.Length;
        for (int n = 0; n < labels.Length; n++)
        {
            List<double[]> activations = Forward(images.AsSpan(n * length, length));
            Outputs.Add(activations[^1]);
            (double loss, double[] gradient) = CrossEntropy(activations[^1], labels[n], smoothing, labels.Length);
            Loss += loss / labels.Length;
            for (int l = network.Layers.Count - 1, p = parameters.Length; l >= 0; l--)
            {
                p -= network.Layers[l].Parameters.Count;
                gradient = Backward(l, p, activations[l], activations[l + 1], gradient);
            }

            ImageGradients.Add(gradient);
        }
    }

    /// <summary>The output for each of some images.</summary>
    public IEnumerable<double[]> Predict(float[] images, int count) =>
        Enumerable.Range(0, count).Select(n => Forward(images.AsSpan(n * network.Input.Length, network.Input.Length))[^1]);

    public static (double Loss, double[] Gradient) CrossEntropy(double[] logits, long label, double smoothing, int batch)
    {
        double maximum = logits.Max(), log = Math.Log(logits.Sum(z => Math.Exp(z - maximum))) + maximum, loss = 0;
        double[] gradient = new double[logits.Length];
        for (int c = 0; c < logits.Length; c++)
        {
            double target = (c == label ? 1 - smoothing : 0) + smoothing / logits.Length;
            loss -= target * (logits[c] - log);
            gradient[c] = (Math.Exp(logits[c] - log) - target) / batch;
        }

        return (loss, gradient);
    }

    private List<double[]> Forward(ReadOnlySpan<float> image)
    {
        List<double[]> activations = [[.. image.ToArray().Select(v => (double)v)]];
        for (int l = 0, p = 0; l < network.Layers.Count; p += network.Layers[l++].Parameters.Count)
        {
            activations.Add(Forward(l, p, activations[^1]));
        }

        return activations;
    }

    private double[] Forward(int layer, int first, double[] input) => network.Layers[layer] switch
    {
        ConvolutionDescription c => Convolve(c, network.Shapes[layer], network.Shapes[layer + 1], input, parameters[first], parameters[first + 1]),
        LinearDescription => Multiply(input, parameters[first], parameters[first + 1]),
        ReluDescription => Relu(input),
        SoftmaxDescription => Softmax(input),
        FlattenDescription => input,
        LayerDescription other => throw new NotSupportedException(other.GetType().Name),
    };

    private double[] Backward(int layer, int first, double[] input, double[] output, double[] gradient) => network.Layers[layer] switch
    {
        ConvolutionDescription c => ConvolveBackward(c, network.Shapes[layer], network.Shapes[layer + 1], input, first, gradient),
        LinearDescription => MultiplyBackward(input, first, gradient),
        ReluDescription => [.. gradient.Zip(input, (g, x) => x <= 0 ? 0 : g)],
        SoftmaxDescription => gradient.Zip(output, (g, p) => g * p).Sum() is var mean ? [.. gradient.Zip(output, (g, p) => p * (g - mean))] : [],
        FlattenDescription => gradient,
        LayerDescription other => throw new NotSupportedException(other.GetType().Name),
    };

    private static double[] Convolve(ConvolutionDescription layer, MapShape from, MapShape to, double[] image, double[] weights, double[] bias)
    {
        double[] outputs = [.. Enumerable.Range(0, to.Length).Select(o => bias[o / (to.Height * to.Width)])];
        ForEachTap(layer, from, to, (o, _, i, w) => outputs[o] += image[i] * weights[w]);
        return outputs;
    }

    private double[] ConvolveBackward(ConvolutionDescription layer, MapShape from, MapShape to, double[] image, int first, double[] gradient)
    {
        double[] imageGradient = new double[image.Length];
        ForEachTap(layer, from, to, (o, _, i, w) =>
        {
            Gradients[first][w] += gradient[o] * image[i];
            imageGradient[i] += gradient[o] * parameters[first][w];
        });
        for (int o = 0; o < gradient.Length; o++)
        {
            Gradients[first + 1][o / (to.Height * to.Width)] += gradient[o];
        }

        return imageGradient;
    }

    private static double[] Multiply(double[] inputs, double[] weights, double[] bias) =>
        [.. bias.Select((b, o) => b + inputs.Select((x, i) => x * weights[o * inputs.Length + i]).Sum())];

    private double[] MultiplyBackward(double[] inputs, int first, double[] gradient)
    {
        double[] inputGradient = new double[inputs.Length];
        for (int o = 0; o < gradient.Length; o++)
        {
            Gradients[first + 1][o] += gradient[o];
            for (int i = 0; i < inputs.Length; i++)
            {
                Gradients[first][o * inputs.Length + i] += gradient[o] * inputs[i];
                inputGradient[i] += gradient[o] * parameters[first][o * inputs.Length + i];
            }
        }

        return inputGradient;
    }

    private double[] Relu(double[] values)
    {
        NearestToKink = values.Select(Math.Abs).Where(v => v > 0).Append(NearestToKink).Min();
        return [.. values.Select(v => v <= 0 ? 0 : v)];
    }

    private static double[] Softmax(double[] values)
    {
        double maximum = values.Max(), sum = values.Sum(v => Math.Exp(v - maximum));
        return [.. values.Select(v => Math.Exp(v - maximum) / sum)];
    }

    /// <summary>Every product of a convolution: output, filter, pixel and weight.</summary>
    private static void ForEachTap(ConvolutionDescription layer, MapShape from, MapShape to, Action<int, int, int, int> visit)
    {
        int window = layer.Channels * layer.Kernel * layer.Kernel;
        for (int o = 0; o < to.Length; o++)
        {
            (int f, int p) = Math.DivRem(o, to.Height * to.Width);
            (int y, int x) = (p / to.Width * layer.Stride - layer.Padding, p % to.Width * layer.Stride - layer.Padding);
            for (int t = 0; t < window; t++)
            {
                (int c, int py, int px) = (t / (layer.Kernel * layer.Kernel), y + t / layer.Kernel % layer.Kernel, x + t % layer.Kernel);
                if (py >= 0 && py < from.Height && px >= 0 && px < from.Width)
                {
                    visit(o, f, (c * from.Height + py) * from.Width + px, f * window + t);
                }
            }
        }
    }
}
