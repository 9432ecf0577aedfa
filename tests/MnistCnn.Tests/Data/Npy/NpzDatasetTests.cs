using MnistCnn.Data;

namespace MnistCnn.Tests.Data;

public sealed class NpzDatasetTests
{
    private static readonly byte[] Images = Npy.Of<byte>("|u1", [.. Enumerable.Range(0, 12).Select(i => (byte)(20 * i))], 2, 2, 3);
    private static readonly byte[] Labels = Npy.Of<long>("<i8", [1, 0], 2);

    public static TheoryData<string, byte[], byte[], string> Faults => new()
    {
        { "a label outside the classes", Images, Npy.Of<long>("<i8", [9, 10], 2), "member 'y.npy', byte 136: expected labels 0 to 9, found 10 at index 1" },
        { "a negative label", Images, Npy.Of<int>("<i4", [-1, 1], 2), "expected labels 0 to 9, found -1 at index 0" },
        { "one-hot labels", Images, Npy.Of("|u1", new byte[20], 2, 10),
            "expected labels of shape (n,) or (n, 1), found the shape (2, 10) (one-hot? save labels.argmax(axis=1) instead)" },
        { "labels with a fraction", Images, Npy.Of<float>("<f4", [1, 2], 2),
            "expected labels that are whole numbers (u1, i1, i2, i4 or i8), found elements of type f4" },
        { "more labels than images", Images, Npy.Of<byte>("|u1", [1, 2, 3], 3),
            "member 'x.npy', byte 0: expected 3 images, one for each label in 'a.npz', member 'y.npy', found 2 images for 3 labels" },
        { "colour", Npy.Of("|u1", new byte[18], 2, 3, 1, 3), Labels,
            "expected grey images (images, rows, columns), with or without one channel, found the shape (2, 3, 1, 3)" },
        { "flat images", Npy.Of("|u1", new byte[18], 2, 9), Labels, "found the shape (2, 9)" },
        { "no images", Npy.Of<byte>("|u1", [], 0, 2, 3), Labels, "found the shape (0, 2, 3)" },
        { "pixels above 255", Npy.Of<short>("<i2", [0, 256], 2, 1, 1), Labels, "member 'x.npy', byte 130: expected pixels 0 to 255, found 256 at index 1" },
        { "numbers above 1 as pixels", Npy.Of<float>("<f4", [0, 1.5f], 2, 1, 1), Labels,
            "expected pixels 0 to 1, as f4 (pixels of 0 to 255 are saved as uint8), found 1.5 at index 1" },
        { "NaN as a pixel", Npy.Of<double>("<f8", [double.NaN, 1], 2, 1, 1), Labels, "found NaN at index 0" },
        { "Python objects", Npy.WithHeader(Npy.Dictionary("|O", false, 2, 1, 1), 1, 2), Labels,
            "'a.npz', member 'x.npy', byte 128: expected elements of type u1, i1, i2, i4, i8, f4, f8 or bool, found '|O' (the array holds Python objects" },
    };

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public void A_bad_array_is_refused_with_archive_member_and_numbers(string what, byte[] images, byte[] labels, string message)
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder["a.npz"], Zip.Of(("x.npy", images), ("y.npy", labels)));
        NpyFormatException exception = Assert.Throws<NpyFormatException>(() => MnistDataset.FromNpz(folder["a.npz"], "x", "y"));
        Assert.False(string.IsNullOrEmpty(what));
        Assert.Contains(message, exception.Message.Replace(folder.Root + Path.DirectorySeparatorChar, "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_element_type_gives_the_same_pixels_and_fractions_are_exact()
    {
        byte[] all = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        byte[][] arrays =
        [
            Npy.Of("|u1", all, 1, 16, 16),
            Npy.Of("<i2", Array.ConvertAll(all, v => (short)v), 1, 1, 16, 16),
            Npy.Of("<i4", Array.ConvertAll(all, v => (int)v), 1, 16, 16, 1),
            Npy.Of("<i8", Array.ConvertAll(all, v => (long)v), 1, 16, 16),
            Npy.Of("<f4", Array.ConvertAll(all, v => v / 255f), 1, 16, 16),
            Npy.Of("<f8", Array.ConvertAll(all, v => v / 255.0), 1, 16, 16),
        ];
        Assert.All(arrays, images => Assert.Equal(all, Load(images, Npy.Of<sbyte>("|i1", [3], 1, 1)).GetImage(0).ToArray()));
        Assert.Equal([255, 77], Load(Npy.Of<double>("<f8", [0.999, 0.3013], 1, 1, 2), Npy.Of<byte>("|u1", [1], 1)).GetImage(0).ToArray());
        Assert.Equal([0, 255], Load(Npy.Of<byte>("|b1", [0, 1], 1, 1, 2), Npy.Of<byte>("|b1", [1], 1)).GetImage(0).ToArray());
    }

    [Fact]
    public void A_missing_array_and_a_damaged_member_are_named()
    {
        ZipFormatException missing = Assert.Throws<ZipFormatException>(() => Load(Zip.Of(("x_train.npy", Images)), "x_test", "y_test"));
        Assert.Contains("member 'x_test.npy': expected a member of this name, found x_train.npy", missing.Message, StringComparison.Ordinal);

        byte[] damaged = Zip.WithField(Zip.WithShort(Zip.Of(("x.npy", Images), ("y.npy", Labels)), Zip.Flags, 6, 8), Zip.Crc, 7);
        ZipFormatException crc = Assert.Throws<ZipFormatException>(() => Load(damaged, "x", "y"));
        Assert.Equal("x.npy", crc.Member);
        Assert.Contains("expected content with the CRC 0x00000007", crc.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Class_names_beyond_ten_are_given_by_the_caller()
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder["a.npz"], Zip.Of(("x.npy", Images), ("y.npy", Npy.Of<byte>("|u1", [10, 0], 2))));
        string[] names = [.. Enumerable.Range('a', 11).Select(letter => ((char)letter).ToString())];
        MnistDataset data = MnistDataset.FromNpz(folder["a.npz"], "x", "y", names);
        Assert.Equal("k", data.ClassNames[data.GetLabel(0)]);
    }

    private static MnistDataset Load(byte[] images, byte[] labels) => Load(Zip.Of(("x.npy", images), ("y.npy", labels)), "x", "y");

    private static MnistDataset Load(byte[] npz, string images, string labels)
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder["a.npz"], npz);
        return MnistDataset.FromNpz(folder["a.npz"], images, labels);
    }
}
