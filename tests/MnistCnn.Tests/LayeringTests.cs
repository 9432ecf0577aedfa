using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using ArchUnitNET.xUnitV3;
using static ArchUnitNET.Fluent.ArchRuleDefinition;

namespace MnistCnn.Tests;

/// <summary>Which folder may import which: a folder is a namespace.</summary>
public sealed class LayeringTests
{
    private static readonly Architecture Library = new ArchLoader().LoadAssemblies(typeof(DeviceSelector).Assembly, typeof(TorchSharp.torch).Assembly).Build();

    [Theory]
    [InlineData("Data", "Batches", "Models", "Networks", "Layers", "Kernels", "Inference", "Serialization", "Metrics", "Training")]
    [InlineData("Kernels", "Layers", "Networks", "Data", "Batches", "Models", "Inference", "Serialization", "Metrics", "Training")]
    [InlineData("Layers", "Networks", "Data", "Batches", "Models", "Inference", "Serialization", "Metrics", "Training")]
    [InlineData("Networks", "Data", "Batches", "Models", "Inference", "Serialization", "Metrics", "Training")]
    [InlineData("Metrics", "Data", "Batches", "Models", "Networks", "Layers", "Kernels", "Inference", "Serialization", "Training")]
    [InlineData("Inference", "Data", "Batches", "Models", "Metrics", "Training")]
    [InlineData("Models", "Data", "Batches", "Metrics", "Training")]
    [InlineData("Batches", "Models", "Inference", "Serialization", "Metrics", "Training")]
    [InlineData("Serialization", "Data", "Batches", "Models", "Networks", "Layers", "Kernels", "Inference", "Metrics", "Training")]
    public void A_folder_imports_only_what_it_may(string folder, params string[] forbidden)
    {
        foreach (string other in forbidden)
        {
            Types().That().ResideInNamespaceMatching($"^MnistCnn\\.{folder}(\\.|$)")
                .Should().NotDependOnAnyTypesThat().ResideInNamespaceMatching($"^MnistCnn\\.{other}(\\.|$)")
                .WithoutRequiringPositiveResults().Check(Library);
        }
    }

    [Theory]
    [InlineData("Data")]
    [InlineData("Kernels")]
    [InlineData("Layers")]
    [InlineData("Networks")]
    [InlineData("Inference")]
    public void The_data_path_the_kernels_and_prediction_know_nothing_of_TorchSharp(string folder) =>
        Types().That().ResideInNamespaceMatching($"^MnistCnn\\.{folder}(\\.|$)")
            .Should().NotDependOnAnyTypesThat().ResideInNamespaceMatching("^TorchSharp")
            .WithoutRequiringPositiveResults().Check(Library);

    [Fact]
    public void The_trainer_names_no_callback_but_ValidationCallback()
    {
        IEnumerable<string> named = Library.Types
            .Where(type => type.Namespace?.FullName == "MnistCnn.Training")
            .SelectMany(type => type.Dependencies)
            .Where(dependency => dependency.Target.Namespace?.FullName == "MnistCnn.Training.Callbacks")
            .Select(dependency => dependency.Target.Name);
        Assert.All(named, name => Assert.Equal("ValidationCallback", name));
    }
}
