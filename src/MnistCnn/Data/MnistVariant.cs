using System.Collections.ObjectModel;

namespace MnistCnn.Data;

/// <summary>A published data set in the format of MNIST: where to get its files, how to recognise them, and what its classes are called.</summary>
/// <remarks>Immutable and thread-safe. <c>MnistVariant.Mnist with { Mirrors = [...] }</c> gets the same files from elsewhere.</remarks>
public sealed record MnistVariant
{
    private readonly IReadOnlyList<Uri> mirrors;

    /// <summary>Describes a data set.</summary>
    /// <param name="name">A short name, used for the cache folder: a plain file name.</param>
    /// <param name="files">The files, usually the four of both splits.</param>
    /// <param name="mirrors">Folders on the web that hold the files, the best first.</param>
    /// <param name="classNames">The name of each class, 1 to 256.</param>
    /// <exception cref="ArgumentException">The name leads to another folder, there is no file, two have one name, or a mirror is neither HTTPS nor on this machine.</exception>
    public MnistVariant(string name, IReadOnlyList<MnistFile> files, IReadOnlyList<Uri> mirrors, IReadOnlyList<string> classNames)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(classNames);
        if (files.Count == 0 || files.DistinctBy(file => file.Name).Count() != files.Count)
            throw new ArgumentException($"Expected at least one file and different names, found {string.Join(", ", files.Select(file => file.Name))}.", nameof(files));
        Name = MnistFile.PlainName(name, nameof(name));
        Files = Array.AsReadOnly(files.ToArray());
        ClassNames = Array.AsReadOnly(DatasetChecks.ClassNames(classNames));
        this.mirrors = Checked(mirrors, nameof(mirrors));
    }

    /// <summary>Handwritten digits of LeCun, Cortes and Burges: 60,000 + 10,000.</summary>
    public static MnistVariant Mnist { get; } = new(
        "mnist",
        [
            new("train-images-idx3-ubyte.gz", 9_912_422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
            new("train-labels-idx1-ubyte.gz", 28_881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
            new("t10k-images-idx3-ubyte.gz", 1_648_877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
            new("t10k-labels-idx1-ubyte.gz", 4_542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
        ],
        [new("https://ossci-datasets.s3.amazonaws.com/mnist/"), new("https://storage.googleapis.com/cvdf-datasets/mnist/")],
        ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);

    /// <summary>Articles of clothing by Zalando Research: 60,000 + 10,000.</summary>
    public static MnistVariant FashionMnist { get; } = new(
        "fashion-mnist",
        [
            new("train-images-idx3-ubyte.gz", 26_421_880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
            new("train-labels-idx1-ubyte.gz", 29_515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
            new("t10k-images-idx3-ubyte.gz", 4_422_102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
            new("t10k-labels-idx1-ubyte.gz", 5_148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
        ],
        [new("https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/"), new("https://storage.googleapis.com/tensorflow/tf-keras-datasets/")],
        ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]);

    /// <summary>Cursive Japanese characters (Kuzushiji-MNIST) of the Center for Open Data in the Humanities: 60,000 + 10,000.</summary>
    public static MnistVariant KMnist { get; } = new(
        "kmnist",
        [
            new("train-images-idx3-ubyte.gz", 18_165_135, "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4"),
            new("train-labels-idx1-ubyte.gz", 29_497, "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17"),
            new("t10k-images-idx3-ubyte.gz", 3_041_136, "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5"),
            new("t10k-labels-idx1-ubyte.gz", 5_120, "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c"),
        ],
        [new("https://codh.rois.ac.jp/kmnist/dataset/kmnist/")],
        ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"]);

    /// <summary>A short name, which the cache folder of the data set has as well.</summary>
    public string Name { get; }

    /// <summary>The files of both splits.</summary>
    public IReadOnlyList<MnistFile> Files { get; }

    /// <summary>The name of each class; a label is an index into this list.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Folders on the web that hold the files, in the order in which they are tried.</summary>
    /// <value>At least one absolute HTTPS address; plain HTTP is accepted for this machine itself (<c>http://127.0.0.1:…</c>). A final slash is added.</value>
    /// <exception cref="ArgumentException">There is none, or one is not of that kind.</exception>
    public IReadOnlyList<Uri> Mirrors
    {
        get => mirrors;
        init => mirrors = Checked(value, nameof(Mirrors));
    }

    private static ReadOnlyCollection<Uri> Checked(IReadOnlyList<Uri> mirrors, string name)
    {
        ArgumentNullException.ThrowIfNull(mirrors, name);
        if (mirrors.Count == 0)
            throw new ArgumentException("Expected at least one mirror, found none.", name);
        foreach (Uri mirror in mirrors)
        {
            if (mirror is not { IsAbsoluteUri: true } || (mirror.Scheme != Uri.UriSchemeHttps && !(mirror.Scheme == Uri.UriSchemeHttp && mirror.IsLoopback)))
                throw new ArgumentException($"Expected an absolute HTTPS address, found '{mirror}'.", name);
        }

        return Array.AsReadOnly(mirrors.Select(mirror => mirror.AbsoluteUri.EndsWith('/') ? mirror : new Uri(mirror.AbsoluteUri + "/")).ToArray());
    }
}
