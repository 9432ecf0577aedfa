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
        ConvolutionDescription c => nn.Conv2d(c.Channels, c.Filters, c.Kernel, c.Stride, c.Padding),
        LinearDescription l => nn.Linear(l.Inputs, l.Outputs),
        ReluDescription => nn.ReLU(),
        FlattenDescription => nn.Flatten(),
        SoftmaxDescription => nn.Softmax(1),
        _ => throw new NotSupportedException($"Layer '{layer.Name}': expected one that TorchSharp has, found {layer.GetType().Name}."),
    };

    /// <summary>Describes a layer.</summary>
    /// <param name="name">The name of its parameters.</param>
    /// <param name="module">The layer.</param>
    /// <param name="reason">Where it cannot be described, why; else null.</param>
    public static LayerDescription? Describe(string name, nn.Module<Tensor, Tensor> module, out string? reason)
    {
        LayerDescription? layer = module switch
        {
            Conv2d { groups: 1, padding_mode: PaddingModes.Zeros, bias: not null } c when IsSquare(c.kernel_size) && IsSquare(c.stride) && IsSquare(c.padding) && c.dilation.All(d => d == 1) =>
                new ConvolutionDescription(name, (int)c.in_channels, (int)c.out_channels, (int)c.kernel_size[0], (int)c.stride[0], (int)c.padding![0]),
            TorchSharp.Modules.Linear { bias: not null } l => new LinearDescription(name, (int)l.in_features, (int)l.out_features),
            ReLU => new ReluDescription(name),
            Flatten { start_dim: 1, end_dim: -1 } => new FlattenDescription(name),
            TorchSharp.Modules.Softmax { dim: 1 or -1 } => new SoftmaxDescription(name),
            _ => null,
        };
        reason = layer is null ? $"layer '{name}' ({module.GetType().Name}) is none that the engine has" : null;
        return layer;
    }

    /// <summary>Weight and bias of a layer, in the order of its description.</summary>
    public static IEnumerable<Parameter> ParametersOf(nn.Module<Tensor, Tensor> module) => module switch
    {
        Conv2d c => [c.weight!, c.bias!],
        TorchSharp.Modules.Linear l => [l.weight, l.bias!],
        _ => [],
    };

    private static bool IsSquare(long[]? sides) => sides is [var height, var width] && height == width;
}
