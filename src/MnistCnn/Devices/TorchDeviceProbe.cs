using TorchSharp;

namespace MnistCnn;

/// <summary>Asks libtorch, after making sure that it is loaded: TorchSharp's own question throws a misleading error otherwise.</summary>
internal sealed class TorchDeviceProbe : IDeviceProbe
{
    public int CudaDeviceCount
    {
        get
        {
            TorchRuntime.EnsureLoaded();
            return torch.cuda.is_available() ? torch.cuda.device_count() : 0;
        }
    }

    public bool IsMpsAvailable
    {
        get
        {
            TorchRuntime.EnsureLoaded();
            return OperatingSystem.IsMacOS() && torch.mps_is_available();
        }
    }
}
