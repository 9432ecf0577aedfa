using MnistCnn.Models;
using MnistCnn.Networks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistCnn.Tests.Engine;

/// <summary>A network over libtorch's operations in double precision.</summary>
internal sealed class TorchNetwork : IDisposable
{
    private readonly NetworkDescription network;

    public TorchNetwork(NetworkDescription network, int seed)
    {
        this.network = network;
        Module = nn.Sequential([.. network.Layers.Select(layer => (layer.Name, LayerModules.Create(layer)))]).Seeded(seed);
        foreach (NormBase norm in Module.children().OfType<NormBase>())
        {
            using IDisposable noGradient = no_grad();
            norm.momentum = network.Layers.OfType<BatchNormDescription>().First(layer => layer.Name == NameOf(norm)).Momentum;
            Random random = new(seed);
            norm.weight!.copy_(tensor([.. Enumerable.Range(0, (int)norm.num_features).Select(_ => 0.5f + random.NextSingle())]));
            norm.bias!.copy_(tensor([.. Enumerable.Range(0, (int)norm.num_features).Select(_ => random.NextSingle() - 0.5f)]));
        }

        Parameters = [.. Module.children().Cast<nn.Module<Tensor, Tensor>>().SelectMany(LayerModules.ParametersOf)];
        Values = [.. Parameters.Select(parameter => parameter.detach().data<float>().ToArray())];
        Module.to(ScalarType.Float64);
        Parameters = [.. Module.children().Cast<nn.Module<Tensor, Tensor>>().SelectMany(LayerModules.ParametersOf)];
    }

    public Sequential Module { get; }

    public Parameter[] Parameters { get; private set; }

    public float[][] Values { get; }

    public double Loss { get; private set; }

    public double[] Output { get; private set; } = [];

    public double[] ImageGradients { get; private set; } = [];

    /// <summary>Forward and backward pass in training mode.</summary>
    public void Run(float[] images, long[] labels)
    {
        // TorchSharp's leaky ReLU may lose its slope to a collection before libtorch has read it.
        bool isProtected = GC.TryStartNoGCRegion(100 << 20);
        using DisposeScope scope = NewDisposeScope();
        MapShape shape = network.Input;
        Tensor input = tensor(images).reshape(labels.Length, shape.Channels, shape.Height, shape.Width).to(ScalarType.Float64).requires_grad_();
        Module.train();
        Array.ForEach(Parameters, parameter => parameter.grad = null);
        Tensor output = Module.forward(input), loss = nn.functional.cross_entropy(output, tensor(labels));
        loss.backward();
        (Loss, Output, ImageGradients) = (loss.item<double>(), output.detach().data<double>().ToArray(), input.grad!.data<double>().ToArray());
        if (isProtected && System.Runtime.GCSettings.LatencyMode == System.Runtime.GCLatencyMode.NoGCRegion)
        {
            GC.EndNoGCRegion();
        }
    }

    /// <summary>The loss in training mode with some parameters and images, by a forward pass alone.</summary>
    public double LossAt(double[][] parameters, double[] images, long[] labels)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        Set(parameters);
        MapShape shape = network.Input;
        Module.train();
        Tensor input = tensor(images).reshape(labels.Length, shape.Channels, shape.Height, shape.Width);
        return nn.functional.cross_entropy(Module.forward(input), tensor(labels)).item<double>();
    }

    /// <summary>
    /// How much the largest gradient changes where all numbers change by about the rounding of single precision: much where a ReLU or a maximum is about to
    /// choose otherwise, or a normalised channel hardly varies.
    /// </summary>
    public double Sensitivity(float[] images, long[] labels)
    {
        Run(images, labels);
        double[] before = [.. ImageGradients, .. Enumerable.Range(0, Parameters.Length).SelectMany(Gradient)];
        double scale = before.Max(Math.Abs), worst = 0;
        Random random = new(1);
        for (int trial = 0; trial < 3; trial++)
        {
            double[][] kept = [.. Parameters.Select(Values64)];
            Set([.. kept.Select(values => values.Select(v => v * (1 + 2e-6 * (random.NextDouble() - 0.5))).ToArray())]);
            Run([.. images.Select(x => x + 1e-6f * (random.NextSingle() - 0.5f))], labels);
            Set(kept);
            double[] after = [.. ImageGradients, .. Enumerable.Range(0, Parameters.Length).SelectMany(Gradient)];
            worst = Math.Max(worst, before.Zip(after, (a, b) => Math.Abs(a - b)).Max() / scale);
        }

        return worst;
    }

    private static double[] Values64(Parameter parameter) => parameter.detach().data<double>().ToArray();

    private void Set(double[][] values)
    {
        using IDisposable noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        foreach ((Parameter parameter, double[] value) in Parameters.Zip(values))
        {
            parameter.copy_(tensor(value).reshape(parameter.shape));
        }
    }

    public double[] Gradient(int parameter) => Parameters[parameter].grad!.contiguous().data<double>().ToArray();

    public void Dispose() => Module.Dispose();

    private string NameOf(nn.Module module) => Module.named_children().First(child => ReferenceEquals(child.module, module)).name;
}
