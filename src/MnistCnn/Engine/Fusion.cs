namespace MnistCnn.Engine;

/// <summary>What a layer does for its neighbours.</summary>
/// <param name="Relu">Whether a ReLU follows: negative outputs become zero.</param>
/// <param name="GateInput">Whether a ReLU made the input: the gradient of the input is zero where the input is not above zero.</param>
internal readonly record struct Fusion(bool Relu, bool GateInput);
