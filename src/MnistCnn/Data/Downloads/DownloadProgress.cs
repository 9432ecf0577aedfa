namespace MnistCnn;

/// <summary>How far the download of a file is.</summary>
/// <param name="File">The name of the file.</param>
/// <param name="BytesReceived">Bytes on the disk, those of an earlier, interrupted download included.</param>
/// <param name="TotalBytes">The length of the file; null if it is unknown.</param>
public readonly record struct DownloadProgress(string File, long BytesReceived, long? TotalBytes);
