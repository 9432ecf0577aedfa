namespace MnistCnn.Serialization;

/// <summary>What an exported ONNX model takes, under the name <c>images</c>.</summary>
public enum OnnxInput
{
    /// <summary>float32 [batch, 1, height, width], 0 (background) to 1 (ink), as <c>CnnClassifier.forward</c> takes it.</summary>
    Float,

    /// <summary>uint8 [batch, 1, height, width], 0 (background) to 255 (ink), as the files of MNIST hold it; the model divides by 255.</summary>
    UInt8,
}
