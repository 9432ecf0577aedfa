using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistCnn.Models;

/// <summary>Well-known small networks for grey images of 28×28 pixels, as one would write them; each runs on the engine. The caller disposes them.</summary>
public static class NetworkPresets
{
    /// <summary>
    /// LeNet-5 with ReLU and maxima in place of the original's saturating functions and means: 61,706 parameters for 10 classes. Source: LeCun et al.,
    /// «Gradient-Based Learning», 1998.
    /// </summary>
    /// <param name="classes">Outputs; 2 or more.</param>
    public static Sequential LeNet5(int classes = 10) => nn.Sequential(
        nn.Conv2d(1, 6, 5, padding: 2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, classes));

    /// <summary>The network of PyTorch's MNIST example: 1,199,882 parameters for 10 classes. Source: github.com/pytorch/examples, mnist.</summary>
    /// <param name="classes">Outputs; 2 or more.</param>
    public static Sequential PyTorchExample(int classes = 10) => nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.25), nn.Flatten(),
        nn.Linear(9216, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, classes));

    /// <summary>Five 3×3 convolutions with batch normalisation, for Fashion-MNIST and the like: 95,986 parameters for 10 classes.</summary>
    /// <param name="classes">Outputs; 2 or more.</param>
    public static Sequential BatchNorm(int classes = 10) => nn.Sequential(
        nn.Conv2d(1, 24, 3, padding: 1, bias: false), nn.BatchNorm2d(24), nn.ReLU(),
        nn.Conv2d(24, 32, 3, padding: 1, bias: false), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 48, 3, padding: 1, bias: false), nn.BatchNorm2d(48), nn.ReLU(),
        nn.Conv2d(48, 64, 3, padding: 1, bias: false), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(64, 80, 3, padding: 1, bias: false), nn.BatchNorm2d(80), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        nn.Dropout(0.1), nn.Linear(80, classes));
}
