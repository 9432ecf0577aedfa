using MnistCnn.Models;
using static TorchSharp.torch;

namespace MnistCnn.Samples.Results;

/// <summary>The networks that <c>train</c> knows by name.</summary>
internal static class SampleNetworks
{
    public static string[] Names => ["reference", "lenet5", "example", "batchnorm"];

    /// <exception cref="ArgumentException">Another network than the reference network was asked for with softmax, or with another size of images.</exception>
    public static nn.Module<Tensor, Tensor> Create(string name, IMnistDataset data, int seed, bool softmax)
    {
        if (name == "reference")
        {
            return new CnnClassifier(
                CnnClassifierOptions.For(data) with { Output = softmax ? ClassifierOutput.Softmax : ClassifierOutput.Logits, Seed = seed });
        }

        if (softmax || (data.Height, data.Width) != (28, 28))
        {
            throw new ArgumentException(
                $"--network {name}: expected images of 28×28 pixels and --output logits, found {data.Height}×{data.Width} and "
                + $"{(softmax ? "softmax" : "logits")}.");
        }

        random.manual_seed(seed).Dispose();
        return name switch
        {
            "lenet5" => NetworkPresets.LeNet5(data.ClassNames.Count),
            "example" => NetworkPresets.PyTorchExample(data.ClassNames.Count),
            _ => NetworkPresets.BatchNorm(data.ClassNames.Count),
        };
    }
}
