using static TorchSharp.torch;

namespace MnistCnn.Models;

/// <summary>
/// A hand-written module that is a chain of layers: its <c>forward</c> calls them in order. <c>Trainer.Fit</c> then runs it on the engine, as it does
/// a <c>Sequential</c>, after it compared the outputs of the layers with that of <c>forward</c>.
/// </summary>
public interface IDescribesNetwork
{
    /// <summary>
    /// The layers in the order in which <c>forward</c> calls them. Those with parameters are registered in the module. What <c>forward</c> does without a
    /// module, such as a ReLU, stands here as a module too. The same instances at each call.
    /// </summary>
    IEnumerable<nn.Module<Tensor, Tensor>> Layers { get; }
}
