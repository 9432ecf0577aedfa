using System.Collections.ObjectModel;
using MnistCnn.Data;

namespace MnistCnn;

/// <summary>A published data set in the family of MNIST: where to get its files, how to recognise and read them, and what its classes are called.</summary>
/// <remarks>Immutable and thread-safe. <c>MnistVariant.Mnist with { Mirrors = [...] }</c> gets the same files from elsewhere.</remarks>
public sealed record MnistVariant
{
    private readonly IReadOnlyList<Uri> mirrors;
    private readonly string? title;
    private readonly string? folder;

    /// <summary>Describes a data set.</summary>
    /// <param name="name">A short name, used for the cache folder: a plain file name.</param>
    /// <param name="files">The files, the four of MNIST under MNIST's names.</param>
    /// <param name="mirrors">Folders on the web that hold the files, the best first.</param>
    /// <param name="classNames">The name of each class, 1 to 256.</param>
    /// <exception cref="ArgumentException">
    /// The name leads to another folder, there is no file, two have one name, or a mirror is neither HTTPS nor on this machine.
    /// </exception>
    public MnistVariant(string name, IReadOnlyList<MnistFile> files, IReadOnlyList<Uri> mirrors, IReadOnlyList<string> classNames)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(classNames);
        if (files.Count == 0 || files.DistinctBy(file => file.Name).Count() != files.Count)
        {
            throw new ArgumentException($"Expected at least one file and different names, found {string.Join(", ", files.Select(file => file.Name))}.",
                nameof(files));
        }

        Name = MnistFile.PlainName(name, nameof(name));
        Files = Array.AsReadOnly(files.ToArray());
        ClassNames = Array.AsReadOnly(DatasetChecks.ClassNames(classNames));
        this.mirrors = Checked(mirrors, nameof(mirrors));
    }

    /// <summary>Handwritten digits of LeCun, Cortes and Burges: 60,000 + 10,000.</summary>
    public static MnistVariant Mnist { get; } = PublishedSets.Mnist();

    /// <summary>Articles of clothing by Zalando Research: 60,000 + 10,000.</summary>
    public static MnistVariant FashionMnist { get; } = PublishedSets.FashionMnist();

    /// <summary>Cursive Japanese characters (Kuzushiji-MNIST) of the Center for Open Data in the Humanities: 60,000 + 10,000.</summary>
    public static MnistVariant KMnist { get; } = PublishedSets.KMnist();

    /// <summary>Cursive Japanese characters of 49 classes: 232,365 + 38,547. The classes differ much in size. No hash of its files is published.</summary>
    public static MnistVariant Kuzushiji49 { get; } = PublishedSets.Kuzushiji49();

    /// <summary>
    /// MNIST's digits made again from their sources, with the 50,000 test images that MNIST left out (<see cref="MnistSplit.Extra"/>): 60,000 + 10,000 +
    /// 50,000. Checked by MD5, since nothing better is published.
    /// </summary>
    public static MnistVariant Qmnist { get; } = PublishedSets.Qmnist();

    /// <summary>
    /// EMNIST, 62 classes: digits, capital and small letters, unbalanced: 697,932 + 116,323. All EMNIST sets are in one file of 561,753,746 bytes.
    /// </summary>
    public static MnistVariant EmnistByClass { get; } = PublishedSets.Emnist("byclass", PublishedSets.DigitsAndLetters("abcdefghijklmnopqrstuvwxyz"));

    /// <summary>EMNIST, 47 classes, unbalanced: 697,932 + 116,323. Small letters that look like their capitals are in the class of the capital.</summary>
    public static MnistVariant EmnistByMerge { get; } = PublishedSets.Emnist("bymerge", PublishedSets.DigitsAndLetters("abdefghnqrt"));

    /// <summary>EMNIST, the 47 classes of <see cref="EmnistByMerge"/> in equal numbers: 112,800 + 18,800.</summary>
    public static MnistVariant EmnistBalanced { get; } = PublishedSets.Emnist("balanced", PublishedSets.DigitsAndLetters("abdefghnqrt"));

    /// <summary>EMNIST, 26 letters, capital and small ones in one class: 124,800 + 20,800. Labels, 1 to 26 in the files, are 0 to 25 here.</summary>
    public static MnistVariant EmnistLetters { get; } = PublishedSets.Emnist("letters", PublishedSets.Letters("abcdefghijklmnopqrstuvwxyz"), firstLabel: 1);

    /// <summary>EMNIST, digits in equal numbers: 240,000 + 40,000.</summary>
    public static MnistVariant EmnistDigits { get; } = PublishedSets.Emnist("digits", PublishedSets.Digits);

    /// <summary>EMNIST, digits in MNIST's numbers: 60,000 + 10,000.</summary>
    public static MnistVariant EmnistMnist { get; } = PublishedSets.Emnist("mnist", PublishedSets.Digits);

    /// <summary>
    /// MNIST-C: MNIST under each of 15 corruptions, and unchanged (the first one): 60,000 + 10,000 each. All are in one file of 246,661,575 bytes.
    /// </summary>
    public static IReadOnlyList<MnistVariant> MnistC { get; } = Array.AsReadOnly(Array.ConvertAll(PublishedSets.Corruptions, PublishedSets.MnistC));

    /// <summary>Every published set above.</summary>
    public static IReadOnlyList<MnistVariant> All { get; } = Array.AsReadOnly<MnistVariant>(
    [
        Mnist, FashionMnist, KMnist, Kuzushiji49, Qmnist, EmnistByClass, EmnistByMerge, EmnistBalanced, EmnistLetters, EmnistDigits, EmnistMnist, .. MnistC,
    ]);

    /// <summary>A short name, for <see cref="Parse"/> and command lines: lower-case letters, digits and hyphens in all sets of <see cref="All"/>.</summary>
    public string Name { get; }

    /// <summary>The name for readers, for instance <c>Fashion-MNIST</c>.</summary>
    /// <value>The default is <see cref="Name"/>.</value>
    public string Title
    {
        get => title ?? Name;
        init => title = value;
    }

    /// <summary>The folder in the cache that holds the files: a plain file name. Sets that are published in one file share it.</summary>
    /// <value>The default is <see cref="Name"/>.</value>
    /// <exception cref="ArgumentException">The value is no plain file name.</exception>
    public string Folder
    {
        get => folder ?? Name;
        init => folder = MnistFile.PlainName(value, nameof(Folder));
    }

    /// <summary>The licence as its publisher names it; null, the default, if none is stated.</summary>
    public string? License { get; init; }

    /// <summary>The publication to cite; null, the default, if there is none.</summary>
    public string? Citation { get; init; }

    /// <summary>The files of all splits.</summary>
    public IReadOnlyList<MnistFile> Files { get; internal init; }

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

    internal SetLayout Layout { get; init; } = PlainLayout.Instance;

    /// <summary>Finds a set of <see cref="All"/> by its name.</summary>
    /// <param name="name">For instance <c>emnist-letters</c> or <c>mnist-c-fog</c>; upper and lower case, '-' and '_' are the same, and <c>fashion</c> is
    /// Fashion-MNIST.</param>
    /// <exception cref="ArgumentException">There is no such set; the message lists all names.</exception>
    public static MnistVariant Parse(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        string wanted = name.Trim().Replace('_', '-');
        if (wanted.Equals("fashion", StringComparison.OrdinalIgnoreCase))
        {
            wanted = FashionMnist.Name;
        }

        return All.FirstOrDefault(variant => variant.Name.Equals(wanted, StringComparison.OrdinalIgnoreCase))
            ?? throw new ArgumentException($"Expected the name of a data set ({string.Join(", ", All.Select(variant => variant.Name))}), found '{name}'.",
                nameof(name));
    }

    private static ReadOnlyCollection<Uri> Checked(IReadOnlyList<Uri> mirrors, string name)
    {
        ArgumentNullException.ThrowIfNull(mirrors, name);
        if (mirrors.Count == 0)
        {
            throw new ArgumentException("Expected at least one mirror, found none.", name);
        }

        foreach (Uri mirror in mirrors)
        {
            if (mirror is not { IsAbsoluteUri: true } || (mirror.Scheme != Uri.UriSchemeHttps && !(mirror.Scheme == Uri.UriSchemeHttp && mirror.IsLoopback)))
            {
                throw new ArgumentException($"Expected an absolute HTTPS address, found '{mirror}'.", name);
            }
        }

        return Array.AsReadOnly(mirrors.Select(mirror => mirror.AbsoluteUri.EndsWith('/') ? mirror : new Uri(mirror.AbsoluteUri + "/")).ToArray());
    }
}
