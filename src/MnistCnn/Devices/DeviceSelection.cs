using static TorchSharp.torch;

namespace MnistCnn;

/// <summary>A device and why it was chosen. Immutable.</summary>
/// <param name="Device">The device to compute on.</param>
/// <param name="Reason">One sentence for a log, for instance <c>CUDA is not available: libtorch sees no CUDA device.</c></param>
public sealed record DeviceSelection(Device Device, string Reason)
{
    /// <summary>The device and the reason in one line.</summary>
    public override string ToString() => $"{Device}: {Reason}";
}
