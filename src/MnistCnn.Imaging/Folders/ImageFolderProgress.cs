namespace MnistCnn.Imaging;

/// <summary>How far the decoding of an <see cref="ImageFolder"/> is.</summary>
/// <param name="Done">Pictures decoded or found unreadable.</param>
/// <param name="Total">Pictures in all.</param>
public readonly record struct ImageFolderProgress(int Done, int Total);
