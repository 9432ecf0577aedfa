using MnistCnn.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MnistCnn.Samples.Serving;

/// <summary>A classifier of 28×28 images that many requests may ask at once.</summary>
internal sealed class DigitModel : IDisposable
{
    private const int Side = 28;

    private readonly CnnClassifier classifier;

    private DigitModel(string name, CnnClassifier classifier) => (Name, this.classifier) = (name, classifier);

    public string Name { get; }

    public IReadOnlyList<string> ClassNames => classifier.Options.ClassNames ?? [.. Enumerable.Range(0, classifier.Options.ClassCount).Select(c => $"{c}")];

    public static DigitModel Load(string path)
    {
        CnnClassifier classifier = CnnClassifier.Load(path);
        if (classifier.Options is not { Height: Side, Width: Side })
        {
            throw new FormatException($"'{path}': expected a model of {Side}×{Side} images, found {classifier.Options.Height}×{classifier.Options.Width}.");
        }

        classifier.eval();
        return new(Path.GetFileName(path), classifier);
    }

    /// <summary>The probability of each class.</summary>
    /// <param name="pixels">784 bytes, row by row, 0 background, 255 ink.</param>
    public float[] Predict(ReadOnlySpan<byte> pixels)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        Tensor output = classifier.forward(tensor(pixels.ToArray(), [1, 1, Side, Side]).to(float32).div_(byte.MaxValue));
        return (classifier.Options.Output == ClassifierOutput.Softmax ? output : nn.functional.softmax(output, 1)).data<float>().ToArray();
    }

    public void Dispose() => classifier.Dispose();
}
