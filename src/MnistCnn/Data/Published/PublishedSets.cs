namespace MnistCnn.Data;

/// <summary>The published sets in MNIST's family: files, mirrors, hashes, classes, licences and citations, as their publishers give them.</summary>
/// <remarks>
/// SHA-256 where the publisher, TensorFlow Datasets or Keras give one; MD5 for QMNIST, as torchvision gives it; none for Kuzushiji-49, for which none is
/// published.
/// </remarks>
internal static class PublishedSets
{
    private const string CohenEtAl =
        "G. Cohen, S. Afshar, J. Tapson, A. van Schaik: EMNIST: an extension of MNIST to handwritten letters. arXiv:1702.05373, 2017.";
    private const string MuGilmer = "N. Mu, J. Gilmer: MNIST-C: a robustness benchmark for computer vision. arXiv:1906.02337, 2019.";
    private const string ClanuwatEtAl =
        "T. Clanuwat, M. Bober-Irizar, A. Kitamoto, A. Lamb, K. Yamamoto, D. Ha: Deep learning for classical Japanese literature. arXiv:1812.01718, 2018.";

    private static readonly MnistFile EmnistArchive = new(EmnistLayout.Archive, 561_753_746,
        "fb9bb67e33772a9cc0b895e4ecf36d2cf35be8b709693c3564cea2a019fcda8e");
    private static readonly MnistFile MnistCArchive = new(MnistCLayout.Archive, 246_661_575,
        "af9ee8c6a815870c7fdde5af84c7bf8db0bcfa1f41056db83871037fba70e493");

    public static string[] Digits { get; } = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

    /// <summary>The fifteen corruptions of MNIST-C, and the images without one.</summary>
    public static string[] Corruptions { get; } =
    [
        "identity", "brightness", "canny_edges", "dotted_line", "fog", "glass_blur", "impulse_noise", "motion_blur",
        "rotate", "scale", "shear", "shot_noise", "spatter", "stripe", "translate", "zigzag",
    ];

    public static MnistVariant Mnist() => new(
        "mnist",
        [
            new("train-images-idx3-ubyte.gz", 9_912_422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
            new("train-labels-idx1-ubyte.gz", 28_881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
            new("t10k-images-idx3-ubyte.gz", 1_648_877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
            new("t10k-labels-idx1-ubyte.gz", 4_542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
        ],
        [new("https://ossci-datasets.s3.amazonaws.com/mnist/"), new("https://storage.googleapis.com/cvdf-datasets/mnist/")],
        Digits)
    {
        Title = "MNIST",
        License = "CC BY-SA 3.0",
        Citation = "Y. LeCun, L. Bottou, Y. Bengio, P. Haffner: Gradient-based learning applied to document recognition. Proceedings of the IEEE 86(11), 1998.",
    };

    public static MnistVariant FashionMnist() => new(
        "fashion-mnist",
        [
            new("train-images-idx3-ubyte.gz", 26_421_880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
            new("train-labels-idx1-ubyte.gz", 29_515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
            new("t10k-images-idx3-ubyte.gz", 4_422_102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
            new("t10k-labels-idx1-ubyte.gz", 5_148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
        ],
        [new("https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/"),
            new("https://storage.googleapis.com/tensorflow/tf-keras-datasets/")],
        ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"])
    {
        Title = "Fashion-MNIST",
        License = "MIT",
        Citation = "H. Xiao, K. Rasul, R. Vollgraf: Fashion-MNIST: a novel image dataset for benchmarking machine learning algorithms. arXiv:1708.07747, 2017.",
    };

    public static MnistVariant KMnist() => new(
        "kmnist",
        [
            new("train-images-idx3-ubyte.gz", 18_165_135, "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4"),
            new("train-labels-idx1-ubyte.gz", 29_497, "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17"),
            new("t10k-images-idx3-ubyte.gz", 3_041_136, "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5"),
            new("t10k-labels-idx1-ubyte.gz", 5_120, "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c"),
        ],
        [new("https://codh.rois.ac.jp/kmnist/dataset/kmnist/")],
        ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"])
    {
        Title = "KMNIST",
        License = "CC BY-SA 4.0",
        Citation = ClanuwatEtAl,
    };

    public static MnistVariant Kuzushiji49() => new(
        "kuzushiji-49",
        [new("k49-train-imgs.npz"), new("k49-train-labels.npz"), new("k49-test-imgs.npz"), new("k49-test-labels.npz")],
        [new("https://codh.rois.ac.jp/kmnist/dataset/k49/")],
        [
            "a", "i", "u", "e", "o", "ka", "ki", "ku", "ke", "ko", "sa", "shi", "su", "se", "so", "ta", "chi", "tsu", "te", "to", "na", "ni", "nu", "ne", "no",
            "ha", "hi", "fu", "he", "ho", "ma", "mi", "mu", "me", "mo", "ya", "yu", "yo", "ra", "ri", "ru", "re", "ro", "wa", "wi", "we", "wo", "n",
            "iteration mark",
        ])
    {
        Title = "Kuzushiji-49",
        License = "CC BY-SA 4.0",
        Citation = ClanuwatEtAl,
        Layout = new NpzPairLayout("k49"),
    };

    public static MnistVariant Qmnist() => new(
        "qmnist",
        [
            new("qmnist-train-images-idx3-ubyte.gz") { Md5 = "ed72d4157d28c017586c42bc6afe6370" },
            new("qmnist-train-labels-idx2-int.gz") { Md5 = "0058f8dd561b90ffdd0f734c6a30e5e4" },
            new("qmnist-test-images-idx3-ubyte.gz") { Md5 = "1394631089c404de565df7b7aeaf9412" },
            new("qmnist-test-labels-idx2-int.gz") { Md5 = "5b5b05890a5e13444e108efe57b788aa" },
        ],
        [new("https://raw.githubusercontent.com/facebookresearch/qmnist/master/")],
        Digits)
    {
        Title = "QMNIST",
        License = "BSD (of the repository that publishes it)",
        Citation = "C. Yadav, L. Bottou: Cold case: the lost MNIST digits. NeurIPS 2019, arXiv:1905.10498.",
        Layout = new QmnistLayout(),
    };

    /// <param name="part">The part as the members of the archive spell it.</param>
    /// <param name="classNames">The class of each label.</param>
    /// <param name="firstLabel">The label of the first class.</param>
    public static MnistVariant Emnist(string part, string[] classNames, int firstLabel = 0) => new(
        $"emnist-{part}", [EmnistArchive], [new("https://biometrics.nist.gov/cs_links/EMNIST/")], classNames)
    {
        Title = $"EMNIST {part}",
        Folder = "emnist",
        Citation = CohenEtAl,
        Layout = new EmnistLayout(part, firstLabel),
    };

    public static MnistVariant MnistC(string corruption) => new(
        $"mnist-c-{corruption.Replace('_', '-')}", [MnistCArchive],
        [new("https://zenodo.org/record/3239543/files/"), new("https://zenodo.org/records/3239543/files/")], Digits)
    {
        Title = $"MNIST-C {corruption.Replace('_', ' ')}",
        Folder = "mnist-c",
        License = "CC BY 4.0",
        Citation = MuGilmer,
        Layout = new MnistCLayout(corruption),
    };

    /// <summary>Digits, capital letters, and the small letters of <paramref name="small"/>, in this order.</summary>
    public static string[] DigitsAndLetters(string small) =>
        [.. Digits, .. "ABCDEFGHIJKLMNOPQRSTUVWXYZ".Select(letter => letter.ToString()), .. Letters(small)];

    public static string[] Letters(string small) => [.. small.Select(letter => letter.ToString())];
}
