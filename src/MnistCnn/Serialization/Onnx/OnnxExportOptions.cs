namespace MnistCnn.Serialization;

/// <summary>What an ONNX export takes and returns. Immutable; checked on init.</summary>
public sealed record OnnxExportOptions
{
    private readonly OnnxInput input;
    private readonly OnnxOutput output;

    /// <summary>The input <c>images</c>.</summary>
    /// <value><see cref="OnnxInput.Float"/> by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not a member of the enumeration.</exception>
    public OnnxInput Input
    {
        get => input;
        init => input = Enum.IsDefined(value) ? value : throw new ArgumentOutOfRangeException(nameof(Input), value,
            $"Input: expected Float or UInt8, found {value}.");
    }

    /// <summary>Whether logits are divided by the temperature of the model's calibration, so that their softmax gives calibrated probabilities.</summary>
    /// <value>True by default.</value>
    public bool Calibrated { get; init; } = true;

    /// <summary>The output, <c>logits</c> or <c>probabilities</c>.</summary>
    /// <value><see cref="OnnxOutput.Logits"/> by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not a member of the enumeration.</exception>
    public OnnxOutput Output
    {
        get => output;
        init => output = Enum.IsDefined(value) ? value : throw new ArgumentOutOfRangeException(nameof(Output), value,
            $"Output: expected Logits or Probabilities, found {value}.");
    }
}
