using MnistCnn.Tests;
using SkiaSharp;

namespace MnistCnn.Imaging.Tests;

/// <summary>Folders of pictures for tests.</summary>
internal static class PictureFolder
{
    /// <summary>Writes each digit as a PNG, named by its index, into the folder of its class.</summary>
    public static void Write(TemporaryFolder folder, SyntheticDigits digits)
    {
        for (int i = 0; i < digits.Count; i++)
        {
            string path = folder[Path.Combine($"{digits.GetLabel(i)}", $"{i:D5}.png")];
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using SKBitmap bitmap = new(new SKImageInfo(28, 28, SKColorType.Gray8, SKAlphaType.Opaque));
            digits.GetImage(i).CopyTo(bitmap.GetPixelSpan());
            File.WriteAllBytes(path, bitmap.Encode(SKEncodedImageFormat.Png, 90).ToArray());
        }
    }
}
