namespace MnistCnn.Serialization;

/// <summary>What an exported ONNX model returns, whatever <c>CnnClassifier.forward</c> itself returns.</summary>
public enum OnnxOutput
{
    /// <summary>float32 [batch, classes] under the name <c>logits</c>: unnormalised log-probabilities.</summary>
    Logits,

    /// <summary>float32 [batch, classes] under the name <c>probabilities</c>: 0 to 1, each row adding up to 1.</summary>
    Probabilities,
}
