using MnistCnn.Networks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistCnn.Models;

/// <summary>TorchSharp's layers from their descriptions, and the reverse.</summary>
internal static class LayerModules
{
    /// <summary>A module with PyTorch's default initialisation.</summary>
    public static nn.Module<Tensor, Tensor> Create(LayerDescription layer) => layer switch
    {
        ConvolutionDescription c => nn.Conv2d(c.Channels, c.Filters, c.Kernel, c.Stride, c.Padding, bias: c.Bias),
        LinearDescription l => nn.Linear(l.Inputs, l.Outputs, l.Bias),
        ReluDescription => nn.ReLU(),
        LeakyReluDescription l => nn.LeakyReLU(l.Slope),
        MaxPoolDescription p => nn.MaxPool2d(p.Kernel, p.Stride, p.Padding),
        AveragePoolDescription p => nn.AvgPool2d(p.Kernel, p.Stride, p.Padding),
        GlobalAveragePoolDescription => nn.AdaptiveAvgPool2d(1),
        BatchNormDescription { IsOfVector: true } b => nn.BatchNorm1d(b.Channels, b.Epsilon, b.Momentum ?? 0.1),
        BatchNormDescription b => nn.BatchNorm2d(b.Channels, b.Epsilon, b.Momentum ?? 0.1),
        DropoutDescription { PerChannel: true } d => nn.Dropout2d(d.Probability),
        DropoutDescription d => nn.Dropout(d.Probability),
        FlattenDescription => nn.Flatten(),
        SoftmaxDescription { IsLogarithm: true } => nn.LogSoftmax(1),
        SoftmaxDescription => nn.Softmax(1),
        _ => throw new NotSupportedException($"Layer '{layer.Name}': expected one that TorchSharp has, found {layer.GetType().Name}."),
    };

    /// <summary>Describes a layer of exactly a type that the engine has.</summary>
    /// <param name="name">The name of its parameters.</param>
    /// <param name="module">The layer.</param>
    /// <param name="reason">Where it cannot be described, why; else null.</param>
    public static LayerDescription? Describe(string name, nn.Module<Tensor, Tensor> module, out string? reason)
    {
        LayerDescription? layer = module switch
        {
            Conv2d { groups: 1, padding_mode: PaddingModes.Zeros, padding: not null } c
                when Side(c.kernel_size) is var kernel and > 0 && Side(c.stride) is var stride and > 0 && Side(c.padding) is var padding and >= 0
                    && c.dilation.All(d => d == 1) =>
                new ConvolutionDescription(name, (int)c.in_channels, (int)c.out_channels, kernel, stride, padding, c.bias is not null),
            TorchSharp.Modules.Linear l => new LinearDescription(name, (int)l.in_features, (int)l.out_features, l.bias is not null),
            ReLU => new ReluDescription(name),
            LeakyReLU l => new LeakyReluDescription(name, l.negative_slope),
            MaxPool2d { ceil_mode: false } p
                when Side(p.kernel_size) is var kernel and > 0 && Side(p.stride ?? p.kernel_size) is var stride and > 0
                    && Side(p.padding ?? [0, 0]) is var padding and >= 0 && (p.dilation ?? []).All(d => d == 1) =>
                new MaxPoolDescription(name, kernel, stride, padding),
            AvgPool2d { ceil_mode: false, count_include_pad: true, divisor_override: null } p
                when Side(p.kernel_size) is var kernel and > 0 && Side(p.stride ?? p.kernel_size) is var stride and > 0
                    && Side(p.padding ?? [0, 0]) is var padding and >= 0 =>
                new AveragePoolDescription(name, kernel, stride, padding),
            AdaptiveAvgPool2d p when Side(p.output_size) == 1 => new GlobalAveragePoolDescription(name),
            BatchNorm2d { affine: true, track_running_stats: true } b =>
                new BatchNormDescription(name, (int)b.num_features, b.eps, b.momentum, IsOfVector: false),
            BatchNorm1d { affine: true, track_running_stats: true } b =>
                new BatchNormDescription(name, (int)b.num_features, b.eps, b.momentum, IsOfVector: true),
            Dropout d => new DropoutDescription(name, d.p, PerChannel: false),
            Dropout2d d => new DropoutDescription(name, d.p, PerChannel: true),
            Flatten { start_dim: 1, end_dim: -1 } => new FlattenDescription(name),
            TorchSharp.Modules.Softmax { dim: 1 or -1 } => new SoftmaxDescription(name),
            LogSoftmax { dim: 1 or -1 } => new SoftmaxDescription(name, IsLogarithm: true),
            _ => null,
        };
        reason = layer is null ? $"layer '{name}' ({module.GetType().Name}) is none that the engine has" : null;
        return layer;
    }

    /// <summary>Weight and bias of a layer, in the order of its description.</summary>
    public static IEnumerable<Parameter> ParametersOf(nn.Module<Tensor, Tensor> module) => module switch
    {
        Conv2d c => c.bias is null ? [c.weight!] : [c.weight!, c.bias],
        TorchSharp.Modules.Linear l => l.bias is null ? [l.weight] : [l.weight, l.bias],
        NormBase b => [b.weight!, b.bias!],
        _ => [],
    };

    /// <summary>The side of a square; −1 where it is none.</summary>
    private static int Side(long[]? sides) => sides switch
    {
        [var side] => (int)side,
        [var height, var width] when height == width => (int)height,
        _ => -1,
    };
}
