using System.Globalization;
using TorchSharp;

namespace MnistCnn;

/// <summary>Chooses the device to compute on and says why. Thread-safe.</summary>
public static class DeviceSelector
{
    private static readonly TorchDeviceProbe LibtorchProbe = new();

    /// <summary>Chooses a device by preference.</summary>
    /// <param name="preference"><see cref="DevicePreference.Auto"/> (the default) takes the first CUDA device, or the CPU where there is none.</param>
    /// <param name="index">Which of several GPUs, from 0. Must be 0 for the CPU.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is negative, not 0 for a CPU, or not below the number of devices.</exception>
    /// <exception cref="DeviceNotAvailableException">A GPU was asked for by name and there is none; the message says why.</exception>
    /// <exception cref="TorchUnavailableException">libtorch could not be loaded, so that nothing can be said about devices.</exception>
    public static DeviceSelection Select(DevicePreference preference = DevicePreference.Auto, int index = 0) => Select(preference, index, LibtorchProbe);

    /// <summary>Chooses a device by name, as in a command line.</summary>
    /// <param name="device"><c>auto</c>, <c>cpu</c>, <c>cuda</c>, <c>cuda:N</c> or <c>mps</c>, in any case.</param>
    /// <exception cref="FormatException"><paramref name="device"/> is none of these.</exception>
    /// <exception cref="ArgumentOutOfRangeException">N is not below the number of devices.</exception>
    /// <exception cref="DeviceNotAvailableException">A GPU was asked for by name and there is none; the message says why.</exception>
    /// <exception cref="TorchUnavailableException">libtorch could not be loaded.</exception>
    public static DeviceSelection Parse(string device) => Parse(device, LibtorchProbe);

    /// <summary>A device that a caller chose, if it is there.</summary>
    /// <exception cref="DeviceNotAvailableException">It is not; the message says why.</exception>
    internal static DeviceSelection Check(torch.Device device, IDeviceProbe? probe = null)
    {
        probe ??= LibtorchProbe;
        if (device.type == DeviceType.CUDA && probe.CudaDeviceCount is var count and > 0 && device.index >= count)
        {
            throw new DeviceNotAvailableException($"Device: expected a CUDA index below {count}, the number of devices, found {device.index}.");
        }

        if (device.type is DeviceType.CUDA or DeviceType.MPS)
        {
            Select(device.type == DeviceType.CUDA ? DevicePreference.Cuda : DevicePreference.Mps, 0, probe);
        }

        return new(device, "it was asked for.");
    }

    internal static DeviceSelection Parse(string device, IDeviceProbe probe)
    {
        ArgumentNullException.ThrowIfNull(device);
        string[] parts = device.Trim().Split(':');
        int index = 0;
        bool known = Enum.TryParse(parts[0], ignoreCase: true, out DevicePreference preference) && char.IsLetter(parts[0][0]);
        bool indexed = parts.Length == 2 && preference == DevicePreference.Cuda
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out index);
        if (!known || !(parts.Length == 1 || indexed))
        {
            throw new FormatException($"Device: expected 'auto', 'cpu', 'cuda', 'cuda:N' or 'mps', found '{device}'.");
        }

        return Select(preference, index, probe);
    }

    internal static DeviceSelection Select(DevicePreference preference, int index, IDeviceProbe probe)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return preference switch
        {
            DevicePreference.Auto when probe.CudaDeviceCount > 0 => Cuda(index, probe, "CUDA is available"),
            DevicePreference.Auto => Cpu(index, $"CUDA is not available: {WhyNoCuda}"),
            DevicePreference.Cpu => Cpu(index, "the CPU was asked for."),
            DevicePreference.Cuda when probe.CudaDeviceCount > 0 => Cuda(index, probe, "CUDA was asked for"),
            DevicePreference.Cuda => throw new DeviceNotAvailableException(
                $"Device: expected a CUDA device, found none: {WhyNoCuda} Reference a TorchSharp-cuda package and install the NVIDIA driver, or choose "
                    + "'auto' or 'cpu'."),
            DevicePreference.Mps when probe.IsMpsAvailable => new(new torch.Device(DeviceType.MPS), "Metal Performance Shaders were asked for."),
            DevicePreference.Mps => throw new DeviceNotAvailableException(
                "Device: expected Metal Performance Shaders, found none: they need macOS on Apple silicon. Choose 'auto' or 'cpu'."),
            _ => throw new ArgumentOutOfRangeException(nameof(preference), preference, "Not a device preference."),
        };
    }

    private static string WhyNoCuda => "this libtorch sees no CUDA device.";

    private static DeviceSelection Cpu(int index, string reason)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(index, 0);
        return new(new torch.Device(DeviceType.CPU), reason);
    }

    private static DeviceSelection Cuda(int index, IDeviceProbe probe, string reason)
    {
        int count = probe.CudaDeviceCount;
        return index < count
            ? new(new torch.Device(DeviceType.CUDA, index), $"{reason}: device {index} of {count}.")
            : throw new ArgumentOutOfRangeException(nameof(index), index,
                $"Device: expected a CUDA index below {count}, the number of devices, found {index}.");
    }
}
