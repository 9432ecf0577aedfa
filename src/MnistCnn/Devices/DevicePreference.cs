namespace MnistCnn;

/// <summary>Which kind of device one would like to compute on.</summary>
public enum DevicePreference
{
    /// <summary>CUDA where there is a usable GPU, else the CPU.</summary>
    Auto,

    /// <summary>The CPU.</summary>
    Cpu,

    /// <summary>An NVIDIA GPU; an error where there is none.</summary>
    Cuda,

    /// <summary>The GPU of an Apple computer (Metal Performance Shaders); an error where there is none.</summary>
    Mps,
}
