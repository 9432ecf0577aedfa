using System.IO.Compression;
using System.Text;

namespace MnistCnn.Samples.Tests;

/// <summary>An <c>.npz</c> file of noise in ten classes, with a training and a test split of the same images.</summary>
internal static class NoiseArchive
{
    public static void Write(string path, int images, int height, int width)
    {
        byte[] pixels = new byte[images * height * width];
        new Random(1).NextBytes(pixels);
        byte[] labels = [.. Enumerable.Range(0, images).Select(i => (byte)(i % 10))];
        using ZipArchive zip = new(File.Create(path), ZipArchiveMode.Create);
        foreach (string split in (string[])["train", "test"])
        {
            WriteArray(zip, $"x_{split}.npy", $"({images}, {height}, {width})", pixels);
            WriteArray(zip, $"y_{split}.npy", $"({images},)", labels);
        }
    }

    /// <summary>An array of bytes in version 1 of NumPy's format.</summary>
    private static void WriteArray(ZipArchive zip, string name, string shape, byte[] content)
    {
        string header = $"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}".PadRight(117) + '\n';
        using Stream member = zip.CreateEntry(name, CompressionLevel.NoCompression).Open();
        member.Write([0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header), .. content]);
    }
}
