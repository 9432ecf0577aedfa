using MnistCnn.Tests;
using SkiaSharp;
using static MnistCnn.Imaging.Tests.Drawing;

namespace MnistCnn.Imaging.Tests;

public sealed class ImageFolderTests
{
    private const string CacheName = ".mnistcnn-images";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Folders_are_classes_and_pictures_of_the_same_size_keep_their_pixels()
    {
        using TemporaryFolder folder = new();
        SyntheticDigits digits = new(40);
        PictureFolder.Write(folder, digits);
        ImageFolder data = Load(folder.Root);

        Assert.Equal((40, 28, 28), (data.Count, data.Height, data.Width));
        Assert.Equal(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"], data.ClassNames);
        AssertHolds(digits, data, pixel => pixel);
        AssertHolds(digits, Load(folder.Root, new ImageFolderOptions { Preparation = PicturePreparation.DarkInk }), pixel => (byte)(255 - pixel));
    }

    [Fact]
    public void The_second_start_reads_the_cache_and_a_change_or_damage_makes_it_again()
    {
        using TemporaryFolder folder = new();
        PictureFolder.Write(folder, new SyntheticDigits(600));
        List<ImageFolderProgress> heard = [];
        Listener listener = new(heard);
        byte[] first = Bytes(ImageFolder.Load(folder.Root, progress: listener, cancellationToken: Token));
        Assert.Contains(new ImageFolderProgress(600, 600), heard);

        heard.Clear();
        Assert.Equal(first, Bytes(ImageFolder.Load(folder.Root, progress: listener, cancellationToken: Token)));
        Assert.Empty(heard);

        byte[] cache = File.ReadAllBytes(folder[CacheName]);
        cache[^100] ^= 1;
        File.WriteAllBytes(folder[CacheName], cache);
        Assert.Equal(first, Bytes(ImageFolder.Load(folder.Root, progress: listener, cancellationToken: Token)));
        Assert.NotEmpty(heard);

        heard.Clear();
        File.WriteAllBytes(folder[Path.Combine("0", "new.png")], Png(28, 28, (_, _) => 9));
        Assert.Equal(601, ImageFolder.Load(folder.Root, progress: listener, cancellationToken: Token).Count);
        Assert.NotEmpty(heard);

        heard.Clear();
        _ = ImageFolder.Load(folder.Root, new ImageFolderOptions { Height = 14 }, listener, Token);
        Assert.NotEmpty(heard);
    }

    [Fact]
    public void Pictures_of_any_size_and_kind_are_scaled()
    {
        using TemporaryFolder folder = new();
        foreach (string name in (string[])["a", "b"])
        {
            Directory.CreateDirectory(folder[name]);
        }

        File.WriteAllBytes(folder["a/half.png"], Encode(40, 20, (x, _) => x < 20 ? SKColors.White : SKColors.Black));
        File.WriteAllBytes(folder["b/half.JPG"], Encode(64, 64, (x, _) => x < 32 ? SKColors.White : SKColors.Black, SKEncodedImageFormat.Jpeg));
        File.WriteAllBytes(folder["b/alpha.png"], Encode(8, 8, (x, _) => x < 4 ? SKColors.White : SKColors.Transparent));
        File.WriteAllText(folder["a/notes.txt"], "not a picture");
        ImageFolder data = Load(folder.Root, new ImageFolderOptions { Height = 5, Width = 4 });
        Assert.Equal((3, 5, 4), (data.Count, data.Height, data.Width));
        Assert.Equal([0, 1, 1], Enumerable.Range(0, 3).Select(data.GetLabel));
        for (int i = 0; i < 3; i++)
        {
            byte[] row = data.GetImage(i)[..4].ToArray();
            Assert.True(row[0] > 250 && row[3] < (data.Paths[i].EndsWith("alpha.png", StringComparison.Ordinal) ? 256 : 5),
                $"{data.Paths[i]}: {string.Join(" ", row)}");
        }
    }

    [Fact]
    public void A_csv_file_lists_pictures_and_labels()
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder["a, b.png"], Png(28, 28, (_, _) => 7));
        File.WriteAllBytes(folder["c.png"], Png(28, 28, (_, _) => 9));
        File.WriteAllText(folder["list.csv"], "id,label,path\n1,\"cat \"\"tabby\"\"\",\"a, b.png\"\n\n2,dog,c.png\n");
        ImageFolder data = LoadCsv(folder["list.csv"]);
        Assert.Equal(["cat \"tabby\"", "dog"], data.ClassNames);
        Assert.Equal((7, 9, 1), (data.GetImage(0)[0], data.GetImage(1)[5], data.GetLabel(1)));
    }

    [Theory]
    [InlineData("label,file\n", "expected a first line with the columns 'path' and 'label', found 'label,file'")]
    [InlineData("", "expected a first line with the columns 'path' and 'label', found an empty file")]
    [InlineData("path,label\nnone.png,a\n", "expected the picture of line 2, found no file '")]
    [InlineData("path,label\na.png\n", "expected a path and a label in line 2, found 'a.png'")]
    [InlineData("path,label\n", "expected at least one picture, found none")]
    [InlineData("path,label\na.png,x\n", "expected 2 to 256 classes whose names differ by more than case, found 1 (x)")]
    public void A_bad_csv_file_is_refused_in_one_line(string content, string message)
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder["a.png"], Png(28, 28, (_, _) => 7));
        File.WriteAllText(folder["list.csv"], content);
        PictureFormatException exception = Assert.Throws<PictureFormatException>(() => LoadCsv(folder["list.csv"]));
        Assert.Equal(folder["list.csv"], exception.Path);
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exception.Message);
    }

    [Fact]
    public void Folders_that_are_no_classes_are_refused()
    {
        using TemporaryFolder folder = new();
        AssertRefused("expected one folder for each class, found no folders");
        Directory.CreateDirectory(folder["a"]);
        AssertRefused("expected at least one picture (.png, .jpg, .jpeg, .gif, .bmp, .webp), found none");
        File.WriteAllBytes(folder["a/x.png"], Png(28, 28, (_, _) => 1));
        AssertRefused("expected 2 to 256 classes whose names differ by more than case, found 1 (a)");
        Directory.CreateDirectory(folder["b"]);
        AssertRefused("b': expected at least one picture");
        File.WriteAllBytes(folder["b/x.png"], Png(28, 28, (_, _) => 1));
        Assert.Equal(2, Load(folder.Root).Count);
        PictureFormatException other = Assert.Throws<PictureFormatException>(() => Load(folder.Root, new ImageFolderOptions { ClassNames = ["a", "c"] }));
        Assert.Contains("expected one of the classes a, c, found 'b' for '", other.Message, StringComparison.Ordinal);
        Directory.CreateSymbolicLink(folder["loop"], folder.Root);
        AssertRefused("loop': expected at least one picture");
        Directory.Delete(folder["loop"]);
        if (OperatingSystem.IsLinux())
        {
            Directory.CreateDirectory(folder["A"]);
            AssertRefused("expected class folders whose names differ by more than case, found A and a");
        }

        void AssertRefused(string message) => Assert.Contains(message, Assert.Throws<PictureFormatException>(() => Load(folder.Root)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Options_and_indices_out_of_range_and_cancellation_are_noticed()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ImageFolderOptions { Height = 0 });
        using TemporaryFolder folder = new();
        PictureFolder.Write(folder, new SyntheticDigits(20));
        Assert.ThrowsAny<OperationCanceledException>(() => ImageFolder.Load(folder.Root, cancellationToken: new CancellationToken(canceled: true)));
        ImageFolder data = Load(folder.Root);
        Assert.Throws<ArgumentOutOfRangeException>(() => data.GetLabel(20));
        Assert.Throws<ArgumentOutOfRangeException>(() => data.GetImage(-1).Length);
    }

    [Fact]
    public void Of_10_000_pictures_3_broken_ones_are_named()
    {
        using TemporaryFolder folder = new();
        PictureFolder.Write(folder, new SyntheticDigits(10_000));
        Assert.Equal(10_000, Load(folder.Root).Count);
        string[] broken = [folder["0/broken.png"], folder["5/broken.png"], folder["9/broken.png"]];
        Array.ForEach(broken, path => File.WriteAllText(path, "broken"));
        Assert.Equal(broken, Assert.Throws<UnreadablePicturesException>(() => Load(folder.Root)).Pictures.Select(picture => picture.Path));
        ImageFolder rest = Load(folder.Root, new ImageFolderOptions { SkipUnreadable = true });
        Assert.Equal(10_000, rest.Count);
        Assert.Equal(broken, rest.Unreadable.Select(picture => picture.Path));
    }

    private static ImageFolder Load(string directory, ImageFolderOptions? options = null) => ImageFolder.Load(directory, options, cancellationToken: Token);

    private static ImageFolder LoadCsv(string path) => ImageFolder.LoadCsv(path, cancellationToken: Token);

    private static void AssertHolds(SyntheticDigits digits, ImageFolder data, Func<byte, byte> convert)
    {
        for (int i = 0; i < data.Count; i++)
        {
            int source = int.Parse(Path.GetFileNameWithoutExtension(data.Paths[i]), System.Globalization.CultureInfo.InvariantCulture);
            Assert.Equal(digits.GetLabel(source), data.GetLabel(i));
            Assert.Equal(digits.GetImage(source).ToArray().Select(convert), data.GetImage(i).ToArray());
        }
    }

    private static byte[] Bytes(ImageFolder data) => [.. Enumerable.Range(0, data.Count).SelectMany(i => data.GetImage(i).ToArray())];

    private sealed class Listener(List<ImageFolderProgress> heard) : IProgress<ImageFolderProgress>
    {
        public void Report(ImageFolderProgress value)
        {
            lock (heard)
            {
                heard.Add(value);
            }
        }
    }
}
