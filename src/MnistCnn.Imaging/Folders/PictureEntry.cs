namespace MnistCnn.Imaging;

/// <summary>A picture to decode, and the name of its class.</summary>
internal readonly record struct PictureEntry(string Path, string ClassName);
