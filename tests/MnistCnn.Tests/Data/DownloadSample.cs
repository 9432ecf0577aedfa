using System.Security.Cryptography;
using MnistCnn.Data;

namespace MnistCnn.Tests.Data;

/// <summary>A small data set to download: the two files of a test split, images of noise that does not compress.</summary>
internal static class DownloadSample
{
    public const string Images = "t10k-images-idx3-ubyte.gz";
    public const string Labels = "t10k-labels-idx1-ubyte.gz";
    public const int Count = 300;

    public static Dictionary<string, byte[]> Files { get; } = new()
    {
        [Images] = Idx.Gzip([.. Idx.Header(8, Count, 28, 28), .. Noise()]),
        [Labels] = Idx.Gzip(Idx.Labels(Count)),
    };

    public static MnistDownloaderOptions Impatient { get; } = new()
    {
        IdleTimeout = TimeSpan.FromSeconds(20),
        TryTimeout = TimeSpan.FromSeconds(60),
        FirstDelay = TimeSpan.FromMilliseconds(1),
    };

    public static MnistVariant Variant(params Uri[] mirrors) => new("sample", [File(Images), File(Labels)], mirrors,
        ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]);

    /// <summary>Only the images, so that every request is for one file.</summary>
    public static MnistVariant ImagesOnly(params Uri[] mirrors) => new("sample", [File(Images)], mirrors, ["a"]);

    private static MnistFile File(string name) => new(name, Files[name].Length, Convert.ToHexString(SHA256.HashData(Files[name])));

    private static byte[] Noise()
    {
        byte[] pixels = new byte[Count * 28 * 28];
        new Random(1).NextBytes(pixels);
        return pixels;
    }
}
