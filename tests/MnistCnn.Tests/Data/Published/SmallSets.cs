using System.Buffers.Binary;
using System.Security.Cryptography;
using MnistCnn.Data;

namespace MnistCnn.Tests.Data;

/// <summary>Small files in the layout of each published set, made of drawn digits.</summary>
internal static class SmallSets
{
    public const int TrainCount = 64;
    public const int TestCount = 32;

    private const int Side = 28;
    private const int QmnistTestCount = 10_000;

    private static readonly SyntheticDigits Train = new(TrainCount);
    private static readonly SyntheticDigits Test = new(TestCount, split: MnistSplit.Test);

    public static SyntheticDigits Source(MnistSplit split) => split == MnistSplit.Train ? Train : Test;

    /// <summary>The set with these files, from this mirror, with the sizes and hashes of the small files.</summary>
    public static MnistVariant Published(MnistVariant variant, Dictionary<string, byte[]> files, Uri mirror) => variant with
    {
        Mirrors = [mirror],
        Files = [.. variant.Files.Select(file => new MnistFile(file.Name, files[file.Name].Length,
            file.Md5 is null ? Convert.ToHexString(SHA256.HashData(files[file.Name])) : null)
        {
            Md5 = file.Md5 is null ? null : Md5(files[file.Name]),
        })],
    };

    private static string Md5(byte[] content)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        hash.AppendData(content);
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    public static Dictionary<string, byte[]> FilesOf(MnistVariant variant) => variant.Name.Split('-')[0] switch
    {
        "emnist" => new() { ["gzip.zip"] = Zip.Of(Splits.SelectMany(split => Emnist(variant.Name["emnist-".Length..], split))) },
        "qmnist" => Splits.SelectMany(Qmnist).ToDictionary(file => file.Name, file => file.Content),
        "kuzushiji" => Splits.SelectMany(Kuzushiji).ToDictionary(file => file.Name, file => file.Content),
        "mnist" when variant.Folder == "mnist-c" => new()
        {
            ["mnist_c.zip"] = Zip.Of(Splits.SelectMany(split => MnistC(variant.Name["mnist-c-".Length..].Replace('-', '_'), split)))
        },
        _ => Splits.SelectMany(Plain).ToDictionary(file => file.Name, file => file.Content),
    };

    private static MnistSplit[] Splits => [MnistSplit.Train, MnistSplit.Test];

    private static string NameOf(MnistSplit split) => split == MnistSplit.Train ? "train" : "test";

    private static byte[] Pixels(MnistSplit split) => [.. Enumerable.Range(0, Source(split).Count).SelectMany(i => Source(split).GetImage(i).ToArray())];

    private static byte[] Labels(MnistSplit split) => [.. Enumerable.Range(0, Source(split).Count).Select(Source(split).GetLabel)];

    private static byte[] IdxImages(byte[] pixels) => Idx.Gzip([.. Idx.Header(8, (uint)(pixels.Length / Side / Side), Side, Side), .. pixels]);

    private static byte[] IdxLabels(byte[] labels) => Idx.Gzip([.. Idx.Header(8, (uint)labels.Length), .. labels]);

    private static (string Name, byte[] Content)[] Plain(MnistSplit split)
    {
        string prefix = split == MnistSplit.Train ? "train" : "t10k";
        return [($"{prefix}-images-idx3-ubyte.gz", IdxImages(Pixels(split))), ($"{prefix}-labels-idx1-ubyte.gz", IdxLabels(Labels(split)))];
    }

    /// <summary>Columns become rows, as in the published files; letters count from 1.</summary>
    private static (string Name, byte[] Content)[] Emnist(string part, MnistSplit split)
    {
        byte[] pixels = Pixels(split);
        byte[] transposed = [.. Enumerable.Range(0, pixels.Length).Select(i => pixels[i - i % (Side * Side) + i % Side * Side + i / Side % Side])];
        byte[] labels = [.. Labels(split).Select(label => (byte)(part == "letters" ? label + 1 : label))];
        string stem = $"gzip/emnist-{part}-{NameOf(split)}";
        return [($"{stem}-images-idx3-ubyte.gz", IdxImages(transposed)), ($"{stem}-labels-idx1-ubyte.gz", IdxLabels(labels)),
            ($"{stem}-mapping.txt", "0 48\n"u8.ToArray())];
    }

    /// <summary>Eight columns of big-endian 32-bit numbers; the test file begins with 10,000 images of MNIST.</summary>
    private static (string Name, byte[] Content)[] Qmnist(MnistSplit split)
    {
        int blank = split == MnistSplit.Train ? 0 : QmnistTestCount;
        byte[] labels = [.. new byte[blank], .. Labels(split)];
        byte[] table = new byte[32 * labels.Length];
        for (int i = 0; i < labels.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(table.AsSpan(32 * i), labels[i]);
            BinaryPrimitives.WriteInt32BigEndian(table.AsSpan(32 * i + 4), 77);
        }

        string stem = $"qmnist-{NameOf(split)}";
        return
        [
            ($"{stem}-images-idx3-ubyte.gz", IdxImages([.. new byte[blank * Side * Side], .. Pixels(split)])),
            ($"{stem}-labels-idx2-int.gz", Idx.Gzip([.. Idx.Header(0x0C, (uint)labels.Length, 8), .. table])),
        ];
    }

    private static (string Name, byte[] Content)[] Kuzushiji(MnistSplit split) =>
    [
        ($"k49-{NameOf(split)}-imgs.npz", Zip.Of(("arr_0.npy", Npy.Of("|u1", Pixels(split), Source(split).Count, Side, Side)))),
        ($"k49-{NameOf(split)}-labels.npz", Zip.Of(("arr_0.npy", Npy.Of("|u1", Labels(split), Source(split).Count)))),
    ];

    /// <summary>All corruptions of MNIST-C in one file.</summary>
    public static byte[] MnistC() => Zip.Of(MnistVariant.MnistC.SelectMany(variant =>
        Splits.SelectMany(split => MnistC(variant.Name["mnist-c-".Length..].Replace('-', '_'), split))));

    private static (string Name, byte[] Content)[] MnistC(string corruption, MnistSplit split) =>
    [
        ($"mnist_c/{corruption}/{NameOf(split)}_images.npy", Npy.Of("|u1", Pixels(split), Source(split).Count, Side, Side, 1)),
        ($"mnist_c/{corruption}/{NameOf(split)}_labels.npy", Npy.Of("<i8", Array.ConvertAll(Labels(split), label => (long)label), Source(split).Count)),
    ];
}
