using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using ArchUnitNET.xUnitV3;
using static ArchUnitNET.Fluent.ArchRuleDefinition;

namespace MnistCnn.Tests;

/// <summary>Which folder may import which: a folder is a namespace.</summary>
public sealed class LayeringTests
{
    private static readonly Architecture Library = new ArchLoader().LoadAssemblies(typeof(DeviceSelector).Assembly, typeof(TorchSharp.torch).Assembly).Build();

    /// <summary>For each folder the others that it may import.</summary>
    public static TheoryData<string, string[]> Imports => new()
    {
        { "Data", [] },
        { "Batches", ["Data"] },
        { "Serialization", [] },
        { "Networks", ["Serialization"] },
        { "Kernels", [] },
        { "Engine", ["Kernels", "Networks"] },
        { "Inference", ["Data", "Engine", "Kernels", "Networks", "Serialization"] },
        { "Models", ["Data", "Engine", "Inference", "Kernels", "Networks", "Serialization"] },
        { "Metrics", [] },
        { "Hosting", ["Inference", "Training"] },
        { "Training", ["Batches", "Data", "Engine", "Inference", "Kernels", "Metrics", "Models", "Networks", "Serialization"] },
    };

    private static IEnumerable<string> Folders =>
        Library.Types.Select(type => type.Namespace?.FullName.Split('.')).Where(name => name is ["MnistCnn", _, ..]).Select(name => name![1]).Distinct();

    [Theory]
    [MemberData(nameof(Imports))]
    public void A_folder_imports_only_what_it_may(string folder, string[] allowed)
    {
        Assert.All(allowed.Append(folder), known => Assert.Contains(known, Folders));
        foreach (string other in Folders.Except([folder, .. allowed]))
        {
            Types().That().ResideInNamespaceMatching($"^MnistCnn\\.{folder}(\\.|$)")
                .Should().NotDependOnAnyTypesThat().ResideInNamespaceMatching($"^MnistCnn\\.{other}(\\.|$)")
                .WithoutRequiringPositiveResults().Check(Library);
        }
    }

    [Fact]
    public void Every_folder_has_a_rule() => Assert.Equal(Imports.Select(rule => rule.Data.Item1).Order(StringComparer.Ordinal),
        Folders.Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("Data")]
    [InlineData("Engine")]
    [InlineData("Kernels")]
    [InlineData("Networks")]
    [InlineData("Inference")]
    public void The_data_path_the_engine_and_prediction_know_nothing_of_TorchSharp(string folder)
    {
        Assert.Contains(folder, Folders);
        Assert.Contains(Library.Types, type => type.FullName.StartsWith("TorchSharp.", StringComparison.Ordinal));
        Types().That().ResideInNamespaceMatching($"^MnistCnn\\.{folder}(\\.|$)")
            .Should().NotDependOnAnyTypesThat().ResideInNamespaceMatching("^TorchSharp")
            .Check(Library);
    }

    [Fact]
    public void The_trainer_names_no_callback_but_ValidationCallback()
    {
        string[] named = [.. Library.Types
            .Where(type => type.Namespace?.FullName == "MnistCnn.Training")
            .SelectMany(type => type.Dependencies)
            .Where(dependency => dependency.Target.Namespace?.FullName == "MnistCnn.Training.Callbacks")
            .Select(dependency => dependency.Target.Name)];
        Assert.NotEmpty(named);
        Assert.All(named, name => Assert.Equal("ValidationCallback", name));
    }
}
