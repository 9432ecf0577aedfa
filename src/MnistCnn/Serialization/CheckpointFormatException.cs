namespace MnistCnn.Serialization;

/// <summary>A file of weights or a checkpoint that does not hold what it should. The message names the file, what was expected and what was found.</summary>
public sealed class CheckpointFormatException : IOException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="path">The file, as the caller named it.</param>
    /// <param name="problem">What was expected and what was found.</param>
    /// <param name="innerException">The cause, if another exception is.</param>
    public CheckpointFormatException(string path, string problem, Exception? innerException = null)
        : base($"'{path}': {problem}", innerException)
    {
        Path = path;
    }

    /// <summary>The file, as the caller named it.</summary>
    public string Path { get; }
}
