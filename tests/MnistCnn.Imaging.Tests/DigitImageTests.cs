using System.Buffers.Binary;
using System.IO.Compression;
using MnistCnn.Tests;
using SkiaSharp;

using static MnistCnn.Imaging.Tests.Drawing;

namespace MnistCnn.Imaging.Tests;

public sealed class DigitImageTests
{
    private static byte[] FromBytes(byte[] encoded)
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder["picture"], encoded);
        return DigitImage.Prepare(folder["picture"]);
    }

    private static (double X, double Y) CenterOfMass(byte[] image)
    {
        double mass = image.Sum(v => (double)v);
        return (Enumerable.Range(0, 784).Sum(i => image[i] * (double)(i % 28)) / mass, Enumerable.Range(0, 784).Sum(i => image[i] * (double)(i / 28)) / mass);
    }

    private static (int Width, int Height) Extent(byte[] image)
    {
        int[] lit = [.. Enumerable.Range(0, 784).Where(i => image[i] > 0)];
        return (lit.Max(i => i % 28) - lit.Min(i => i % 28) + 1, lit.Max(i => i / 28) - lit.Min(i => i / 28) + 1);
    }

    private static double MeanDifference(byte[] a, byte[] b) => a.Zip(b, (p, q) => Math.Abs(p - q)).Average();

    [Fact]
    public void Digits_of_MNIST_come_out_as_they_went_in_also_when_inverted_or_moved()
    {
        RealMnist.SkipUnlessPresent();
        MnistDataset data = MnistDataset.Load(RealMnist.Directory, MnistSplit.Test);
        int equal = 0;
        for (int i = 0; i < 300; i++)
        {
            byte[] digit = data.GetImage(i).ToArray();
            int index = i;
            byte[] inverted = Png(41, 50, (x, y) => x is >= 6 and < 34 && y is >= 17 and < 45 ? (byte)(255 - digit[(y - 17) * 28 + x - 6]) : (byte)255);
            equal += digit.AsSpan().SequenceEqual(DigitImage.Prepare(inverted)) ? 1 : 0;
        }

        Assert.InRange(equal, 299, 300);
    }

    [Theory]
    [InlineData(300, 400, 100, 60, 250)]
    [InlineData(64, 64, 20, 20, 30)]
    [InlineData(12, 12, 3, 2, 8)]
    [InlineData(1500, 900, 900, 20, 860)]
    public void A_digit_of_any_size_and_place_fills_20_pixels_around_its_centre_of_mass(int width, int height, int left, int top, int size)
    {
        byte[] image = DigitImage.Prepare(Png(width, height, (x, y) => IsSeven((x - left + 0.5) / size, (y - top + 0.5) / size) ? (byte)20 : (byte)240));
        Assert.Equal(20, Math.Max(Extent(image).Width, Extent(image).Height));
        Assert.InRange(Extent(image).Width, 10, 14);
        Assert.InRange(CenterOfMass(image).X, 13.4, 14.6);
        Assert.InRange(CenterOfMass(image).Y, 13.4, 14.6);
        Assert.InRange(image.Max(), 250, 255);
    }

    [Fact]
    public void Light_on_dark_colour_low_contrast_transparency_and_JPEG_give_the_same_digit()
    {
        static bool Ink(int x, int y) => IsSeven((x - 90.5) / 150, (y - 30.5) / 150);
        byte[] expected = FromBytes(Encode(240, 220, (x, y) => Ink(x, y) ? SKColors.Black : SKColors.White));
        Assert.Equal(expected, FromBytes(Encode(240, 220, (x, y) => Ink(x, y) ? SKColors.White : SKColors.Black)));
        Assert.InRange(MeanDifference(expected, FromBytes(Encode(240, 220, (x, y) => Ink(x, y) ? SKColors.Navy : SKColors.Beige))), 0, 1);
        Assert.InRange(MeanDifference(expected, FromBytes(Encode(240, 220, (x, y) => Ink(x, y) ? new SKColor(120, 120, 120) : new SKColor(150, 150, 150)))), 0,
            1);
        Assert.Equal(expected, FromBytes(Encode(240, 220, (x, y) => Ink(x, y) ? SKColors.Black : SKColors.Transparent)));
        Assert.Equal(expected, FromBytes(Encode(240, 220, (x, y) => Ink(x, y) ? SKColors.White : SKColors.Transparent)));
        Assert.InRange(MeanDifference(expected, FromBytes(Encode(240, 220, (x, y) => Ink(x, y) ? SKColors.Black : SKColors.White, SKEncodedImageFormat.Jpeg))),
            0, 6);
    }

    [Fact]
    public void A_grainy_background_does_not_widen_the_digit()
    {
        Random random = new(1);
        byte[] expected = DigitImage.Prepare(Png(240, 220, (x, y) => IsSeven((x - 90.5) / 150, (y - 30.5) / 150) ? (byte)30 : (byte)200));
        byte[] grainy = DigitImage.Prepare(Png(240, 220, (x, y) => (byte)((IsSeven((x - 90.5) / 150, (y - 30.5) / 150) ? 30 : 200) + random.Next(-8, 9))));
        Assert.InRange(MeanDifference(expected, grainy), 0, 8);
    }

    [Fact]
    public void A_photograph_is_turned_as_its_orientation_asks_for()
    {
        byte[] upright = Encode(120, 160, (x, y) => IsSeven((x - 30.5) / 100, (y - 30.5) / 100) ? SKColors.Black : SKColors.White, SKEncodedImageFormat.Jpeg);
        byte[] turned = Encode(160, 120, (x, y) => IsSeven((120 - 1 - y - 30.5) / 100, (x - 30.5) / 100) ? SKColors.Black : SKColors.White,
            SKEncodedImageFormat.Jpeg);
        byte[] exif = [0xFF, 0xE1, 0, 34, .. "Exif\0\0MM\0*\0\0\0\b\0\u0001\u0001\u0012\0\u0003\0\0\0\u0001\0"u8, 6, 0, 0, 0, 0, 0, 0];
        Assert.InRange(MeanDifference(FromBytes(upright), FromBytes([.. turned[..2], .. exif, .. turned[2..]])), 0, 6);
    }

    [Fact]
    public void A_picture_without_ink_is_refused_and_a_single_dot_is_not()
    {
        Assert.Contains("no ink", Assert.Throws<PictureFormatException>(() => DigitImage.Prepare(Png(30, 30, (_, _) => 200))).Message,
            StringComparison.Ordinal);
        Assert.Contains("no ink", Assert.Throws<PictureFormatException>(() => DigitImage.Prepare(Png(1, 1, (_, _) => 0))).Message, StringComparison.Ordinal);
        byte[] dot = DigitImage.Prepare(Png(30, 30, (x, y) => x == 3 && y == 4 ? (byte)0 : (byte)255));
        Assert.Equal((20, 20), Extent(dot));
    }

    [Fact]
    public void What_is_no_whole_picture_is_refused()
    {
        byte[] png = Png(60, 60, (x, y) => (byte)((x * 37) ^ (y * 91)));
        for (int length = 0; length < png.Length - 20; length += Math.Max(1, png.Length / 100))
        {
            Assert.Throws<PictureFormatException>(() => FromBytes(png[..length]));
        }

        Assert.Throws<PictureFormatException>(() => DigitImage.Prepare("<html>"u8.ToArray()));
        Assert.Throws<PictureFormatException>(() => FromBytes("BM not really"u8.ToArray()));
        Assert.Throws<PictureFormatException>(() => DigitImage.Prepare(Path.GetTempPath()));
        Assert.ThrowsAny<IOException>(() => DigitImage.Prepare("/nowhere/picture.png"));
    }

    [Fact]
    public void A_picture_that_declares_too_many_pixels_is_refused_before_it_is_decoded()
    {
        byte[] png = Png(2, 2, (_, _) => 0);
        (png[16], png[17], png[20], png[21]) = (0, 1, 0, 1);
        BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(29), Crc(png.AsSpan(12, 17)));
        Assert.Contains("expected 1 to 24000000 pixels, found 65538 x 65538", Assert.Throws<PictureFormatException>(() => DigitImage.Prepare(png)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_JPEG_that_declares_far_more_pixels_than_its_bytes_can_hold_is_refused()
    {
        byte[] jpeg = Encode(60, 60, (_, _) => SKColors.White, SKEncodedImageFormat.Jpeg);
        int size = jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[8, 0, 60, 0, 60]) + 1;
        (jpeg[size], jpeg[size + 2]) = (12, 12);
        Assert.Contains("bytes for a JPEG of 3132 x 3132, found", Assert.Throws<PictureFormatException>(() => DigitImage.Prepare(jpeg)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_picture_is_the_same_from_a_file_a_stream_and_memory()
    {
        using TemporaryFolder folder = new();
        byte[] png = Png(60, 60, (x, y) => IsSeven((x - 20.5) / 30, (y - 10.5) / 30) ? (byte)0 : (byte)255);
        File.WriteAllBytes(folder["seven.png"], png);
        using MemoryStream stream = new(png);
        Assert.Equal(DigitImage.Prepare(png), DigitImage.Prepare(folder["seven.png"]));
        Assert.Equal(DigitImage.Prepare(png), DigitImage.Prepare(stream));
        Assert.StartsWith($"'{folder["none.png"]}': ", Assert.Throws<PictureFormatException>(() => DigitImage.Prepare(Written(folder["none.png"]))).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Webp)]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    public void Other_formats_give_nearly_the_same_digit(SKEncodedImageFormat format)
    {
        static SKColor Color(int x, int y) => IsSeven((x - 90.5) / 150, (y - 30.5) / 150) ? SKColors.Black : SKColors.White;
        Assert.InRange(MeanDifference(FromBytes(Encode(240, 220, Color)), FromBytes(Encode(240, 220, Color, format))), 0, 6);
    }

    [Fact]
    public void Pictures_of_16_bits_and_with_a_palette_load_exactly()
    {
        static bool Ink(int x, int y) => IsSeven((x - 20.5) / 30, (y - 10.5) / 30);
        byte[] expected = DigitImage.Prepare(Png(60, 60, (x, y) => Ink(x, y) ? (byte)0 : (byte)255));
        byte[] deep = RawPng(60, 60, depth: 16, colorType: 0, [], (x, y) => Ink(x, y) ? [0, 0] : [255, 255]);
        byte[] palette = RawPng(60, 60, depth: 8, colorType: 3, [255, 255, 255, 0, 0, 0], (x, y) => Ink(x, y) ? [1] : [0]);
        Assert.Equal(expected, DigitImage.Prepare(deep));
        Assert.Equal(expected, DigitImage.Prepare(palette));
    }

    [Fact]
    public void A_JPEG_cut_at_any_percent_is_refused()
    {
        byte[] jpeg = Encode(80, 80, (x, y) => new SKColor((byte)(x * 3), (byte)(y * 3), (byte)(x ^ y)), SKEncodedImageFormat.Jpeg);
        for (int percent = 0; percent < 99; percent++)
        {
            Assert.Throws<PictureFormatException>(() => DigitImage.Prepare(jpeg.AsSpan(0, jpeg.Length * percent / 100)));
        }
    }

    /// <summary>A PNG put together by hand.</summary>
    private static byte[] RawPng(int width, int height, byte depth, byte colorType, byte[] palette, Func<int, int, byte[]> pixel)
    {
        byte[] header = [0, 0, 0, (byte)width, 0, 0, 0, (byte)height, depth, colorType, 0, 0, 0];
        using MemoryStream compressed = new();
        using (ZLibStream zlib = new(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            for (int y = 0; y < height; y++)
            {
                zlib.WriteByte(0);
                for (int x = 0; x < width; x++)
                {
                    zlib.Write(pixel(x, y));
                }
            }
        }

        return
        [
            0x89, .. "PNG"u8, 0x0D, 0x0A, 0x1A, 0x0A, .. Chunk("IHDR"u8, header), .. palette.Length > 0 ? Chunk("PLTE"u8, palette) : [],
            .. Chunk("IDAT"u8, compressed.ToArray()), .. Chunk("IEND"u8, []),
        ];

        static byte[] Chunk(ReadOnlySpan<byte> type, byte[] data)
        {
            byte[] chunk = [0, 0, 0, 0, .. type, .. data, 0, 0, 0, 0];
            BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
            BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(chunk.Length - 4), Crc(chunk.AsSpan(4, chunk.Length - 8)));
            return chunk;
        }
    }

    /// <summary>Writes text under the name of a picture.</summary>
    private static string Written(string path)
    {
        File.WriteAllText(path, "no picture");
        return path;
    }

    /// <summary>The checksum of PNG, bit by bit.</summary>
    private static uint Crc(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in data)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ (0xEDB88320u & (0u - (crc & 1)));
            }
        }

        return ~crc;
    }
}
