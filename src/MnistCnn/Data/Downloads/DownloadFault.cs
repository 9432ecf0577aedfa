namespace MnistCnn.Data;

/// <summary>Why one try of a download failed, and whether another one at the same mirror may succeed.</summary>
internal sealed class DownloadFault(string message, bool temporary, Exception? innerException = null) : Exception(message, innerException)
{
    public bool IsTemporary { get; } = temporary;
}
