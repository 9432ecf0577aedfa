namespace MnistCnn;

/// <summary>What the machine offers: the seam through which the choice of a device is tested without a GPU.</summary>
internal interface IDeviceProbe
{
    /// <summary>The number of usable CUDA devices, 0 where there is none.</summary>
    int CudaDeviceCount { get; }

    /// <summary>Whether Metal Performance Shaders are usable.</summary>
    bool IsMpsAvailable { get; }
}
