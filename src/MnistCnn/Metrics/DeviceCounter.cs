using TorchSharp;
using static TorchSharp.torch;

namespace MnistCnn.Metrics;

/// <summary>
/// An integer sum over scalar tensors that stays on their device until it is read, so that counting never waits for a GPU. On
/// the CPU, where nothing waits, it is a plain number.
/// </summary>
internal sealed class DeviceCounter : IDisposable
{
    private long onHost;
    private Tensor? onDevice;

    /// <summary>Adds an int64 scalar tensor, which the caller keeps.</summary>
    public void Add(Tensor scalar)
    {
        if (scalar.device_type == DeviceType.CPU)
        {
            onHost += scalar.item<long>();
            return;
        }

        onDevice ??= zeros(1, ScalarType.Int64, scalar.device).DetachFromDisposeScope();
        onDevice.add_(scalar);
    }

    /// <summary>Waits for the device and returns the sum.</summary>
    public long Read() => onHost + (onDevice?.item<long>() ?? 0);

    public void Dispose()
    {
        onDevice?.Dispose();
        onDevice = null;
        onHost = 0;
    }
}
