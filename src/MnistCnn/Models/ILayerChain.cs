using static TorchSharp.torch;

namespace MnistCnn.Models;

/// <summary>A module that is a chain of layers: its <c>forward</c> is theirs, one after another.</summary>
internal interface ILayerChain
{
    /// <summary>The layers in order, each with the name of its parameters in the module.</summary>
    IReadOnlyList<(string Name, nn.Module<Tensor, Tensor> Module)> Layers { get; }
}
