namespace MnistCnn;

/// <summary>libtorch could not be loaded: the message says what is missing and what to do.</summary>
public sealed class TorchUnavailableException : DllNotFoundException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">The cause and the remedy.</param>
    /// <param name="innerException">What the loader said.</param>
    public TorchUnavailableException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
