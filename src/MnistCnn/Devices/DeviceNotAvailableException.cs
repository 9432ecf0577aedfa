namespace MnistCnn;

/// <summary>A device was asked for by name and this machine or this libtorch does not offer it.</summary>
public sealed class DeviceNotAvailableException : InvalidOperationException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What was asked for and what was found.</param>
    public DeviceNotAvailableException(string message)
        : base(message)
    {
    }
}
