using System.Text.RegularExpressions;
using ArchUnitNET.Domain;
using ArchUnitNET.Loader;

namespace MnistCnn.Tests;

/// <summary>
/// Which first-level folder of the library may use which. A type belongs to the folder whose source files declare it, whatever its namespace.
/// </summary>
public sealed partial class LayeringTests
{
    private static readonly Architecture Library = new ArchLoader().LoadAssemblies(typeof(DeviceSelector).Assembly, typeof(TorchSharp.torch).Assembly).Build();

    private static readonly Dictionary<string, string> FolderByType = Folders();

    /// <summary>For each folder the others that it may use.</summary>
    public static TheoryData<string, string[]> Uses => new()
    {
        { "Files", [] },
        { "Devices", [] },
        { "Data", ["Files"] },
        { "Batches", ["Data", "Devices"] },
        { "Serialization", ["Files"] },
        { "Networks", ["Serialization"] },
        { "Kernels", [] },
        { "Engine", ["Kernels", "Networks"] },
        { "Inference", ["Data", "Engine", "Kernels", "Networks", "Serialization"] },
        { "Models", ["Data", "Devices", "Engine", "Files", "Inference", "Kernels", "Networks", "Serialization"] },
        { "Metrics", [] },
        { "Training", ["Batches", "Data", "Devices", "Engine", "Files", "Inference", "Kernels", "Metrics", "Models", "Networks", "Serialization"] },
        { "Hosting", ["Inference", "Training"] },
    };

    [Theory]
    [MemberData(nameof(Uses))]
    public void A_folder_uses_only_what_it_may(string folder, string[] allowed)
    {
        IType[] types = [.. TypesOf(folder)];
        Assert.NotEmpty(types);
        Assert.All(allowed, other => Assert.NotEmpty(TypesOf(other)));
        string[] wrong = [.. types.SelectMany(type => type.Dependencies)
            .Where(use => FolderOf(use.Target) is { } other && other != folder && !allowed.Contains(other))
            .Select(use => $"{use.Origin.FullName} uses {use.Target.FullName} of {FolderOf(use.Target)}").Distinct()];
        Assert.Empty(wrong);
    }

    [Fact]
    public void Every_folder_has_a_rule_and_every_type_a_folder()
    {
        Assert.Equal(Uses.Select(rule => rule.Data.Item1).Order(StringComparer.Ordinal),
            FolderByType.Values.Distinct().Order(StringComparer.Ordinal));
        Assert.DoesNotContain("", FolderByType.Values);
        Assert.Empty(Library.Types.Where(type => IsOurs(type) && FolderOf(type) is null).Select(type => type.FullName));
    }

    [Theory]
    [InlineData("Data")]
    [InlineData("Engine")]
    [InlineData("Files")]
    [InlineData("Inference")]
    [InlineData("Kernels")]
    [InlineData("Networks")]
    public void The_data_path_the_engine_and_prediction_know_nothing_of_TorchSharp(string folder)
    {
        Assert.Contains(Library.Types, type => type.FullName.StartsWith("TorchSharp.", StringComparison.Ordinal));
        IType[] types = [.. TypesOf(folder)];
        Assert.NotEmpty(types);
        Assert.Empty(types.SelectMany(type => type.Dependencies)
            .Where(use => use.Target.FullName.StartsWith("TorchSharp.", StringComparison.Ordinal))
            .Select(use => $"{use.Origin.FullName} uses {use.Target.FullName}"));
    }

    [Fact]
    public void The_trainer_names_no_callback_but_ValidationCallback()
    {
        string[] named = [.. TypesOf("Training")
            .Where(type => type.Namespace?.FullName is "MnistCnn" or "MnistCnn.Training")
            .SelectMany(type => type.Dependencies)
            .Where(dependency => dependency.Target.Namespace?.FullName == "MnistCnn.Training.Callbacks")
            .Select(dependency => dependency.Target.Name)];
        Assert.NotEmpty(named);
        Assert.All(named, name => Assert.Equal("ValidationCallback", name));
    }

    private static IEnumerable<IType> TypesOf(string folder) => Library.Types.Where(type => FolderOf(type) == folder);

    private static string? FolderOf(IType type) => IsOurs(type) ? FolderByType.GetValueOrDefault(OutermostName(type)) : null;

    /// <summary>Without what the compiler and source generators make.</summary>
    private static bool IsOurs(IType type) =>
        type.Assembly?.Name.StartsWith("MnistCnn", StringComparison.Ordinal) == true
        && type.Namespace?.FullName.StartsWith("MnistCnn", StringComparison.Ordinal) == true
        && !type.Name.StartsWith('<') && OutermostName(type)[0] is not '<' and not '_';

    private static string OutermostName(IType type)
    {
        string name = type.FullName[(type.Namespace!.FullName.Length + 1)..];
        int end = name.AsSpan().IndexOfAny('+', '/', '`');
        return end < 0 ? name : name[..end];
    }

    private static Dictionary<string, string> Folders()
    {
        string root = Path.Combine(RealMnist.RepositoryRoot(), "src", "MnistCnn");
        return Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Select(file => (Parts: Path.GetRelativePath(root, file).Split(Path.DirectorySeparatorChar), Text: File.ReadAllText(file)))
            .Where(file => file.Parts[0] is not ("bin" or "obj" or "buildTransitive"))
            .SelectMany(file => Declaration().Matches(file.Text)
                .Select(match => (Type: match.Groups[1].Value, Folder: file.Parts.Length > 1 ? file.Parts[0] : "")))
            .Distinct().ToDictionary(pair => pair.Type, pair => pair.Folder);
    }

    /// <summary>A type that is not nested: it stands at the beginning of a line.</summary>
    [GeneratedRegex(@"^(?:(?:public|internal|static|sealed|abstract|readonly|ref|unsafe|partial|file) )+"
        + @"(?:class|record struct|record|struct|interface|enum|delegate \w+) (\w+)", RegexOptions.Multiline)]
    private static partial Regex Declaration();
}
