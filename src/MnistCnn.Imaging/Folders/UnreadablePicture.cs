namespace MnistCnn.Imaging;

/// <summary>A picture that was left out.</summary>
/// <param name="Path">The file.</param>
/// <param name="Reason">Why it could not be read, in one line.</param>
public sealed record UnreadablePicture(string Path, string Reason);
