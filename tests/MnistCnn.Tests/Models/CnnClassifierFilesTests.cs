using MnistCnn.Networks;
using MnistCnn.Serialization;
using static TorchSharp.torch;

namespace MnistCnn.Tests.Models;

public sealed class CnnClassifierFilesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private SafetensorsFile Saved(CnnClassifierOptions? options = null)
    {
        using CnnClassifier model = new(options);
        model.Save(folder["saved"]);
        return SafetensorsFile.Load(folder["saved"]);
    }

    private CheckpointFormatException Refused(SafetensorsFile file)
    {
        file.Save(folder["bad"]);
        return Assert.Throws<CheckpointFormatException>(() => CnnClassifier.Load(folder["bad"]));
    }

    private CheckpointFormatException Refused(string key, string value) =>
        Refused(new SafetensorsFile(Saved().Tensors, new Dictionary<string, string>(Saved().Metadata) { [key] = value }));

    [Fact]
    public void A_model_comes_back_with_its_weights_and_its_shape()
    {
        CnnClassifierOptions options = new()
        {
            Height = 20,
            Width = 31,
            ClassCount = 3,
            ClassNames = ["shirt, \"red\"", "ö", "c"],
            Output = ClassifierOutput.Softmax
        };
        using CnnClassifier model = new(options);
        model.Save(folder["a"]);
        using CnnClassifier loaded = CnnClassifier.Load(folder["a"]);
        Assert.Equal(options.ClassNames, loaded.Options.ClassNames);
        Assert.Equal(options with { ClassNames = null }, loaded.Options with { ClassNames = null });
        loaded.Save(folder["b"]);
        Assert.Equal(File.ReadAllBytes(folder["a"]), File.ReadAllBytes(folder["b"]));
        using Tensor images = RandomWeights.Uniform(1, 2, 1, 20, 31);
        Assert.Equal(model.forward(images).data<float>().ToArray(), loaded.forward(images).data<float>().ToArray());
    }

    [Fact]
    public void The_file_names_and_shapes_the_weights_as_PyTorch_does_and_says_what_it_is()
    {
        SafetensorsFile file = Saved();
        Assert.Equal(
            ["conv1.bias [16]", "conv1.weight [16,1,3,3]", "conv2.bias [32]", "conv2.weight [32,16,3,3]", "conv3.bias [64]", "conv3.weight [64,32,3,3]",
                "fc1.bias [256]", "fc1.weight [256,1024]", "fc2.bias [64]", "fc2.weight [64,256]", "fc3.bias [10]", "fc3.weight [10,64]"],
            file.Tensors.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key} [{string.Join(",", p.Value.Shape)}]"));
        Assert.All(file.Tensors.Values, tensor => Assert.Equal(SafetensorsType.F32, tensor.Type));
        Assert.Equal("""["0","1","2","3","4","5","6","7","8","9"]""", file.Metadata["mnistcnn.classes"]);
        Assert.Equal(("28", "28"), (file.Metadata["mnistcnn.image_height"], file.Metadata["mnistcnn.image_width"]));
        Assert.Equal("divide by 255", file.Metadata["mnistcnn.normalization"]);
        Assert.Equal("logits", file.Metadata["mnistcnn.output"]);
        Assert.Equal(typeof(CnnClassifier).Assembly.GetName().Version!.ToString(3), file.Metadata["mnistcnn.version"]);
        Assert.StartsWith("conv1 1-16 3x3 stride 2", file.Metadata["mnistcnn.layers"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(28, 28)]
    [InlineData(15, 15)]
    [InlineData(33, 18)]
    public void The_description_knows_the_shapes_of_the_network(int height, int width)
    {
        using CnnClassifier model = new(new CnnClassifierOptions { Height = height, Width = width, ClassCount = 4 });
        ModelDescription description = ModelDescription.OfReference(height, width, ModelDescription.DefaultClassNames(4), false);
        Assert.Equal(
            description.Network.Parameters.Select(w => $"{w.Name} {string.Join(",", w.Shape)}").Order(StringComparer.Ordinal),
            model.state_dict().Select(w => $"{w.Key} {string.Join(",", w.Value.shape)}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Weights_without_metadata_are_taken_for_28_by_28_pixels_and_logits()
    {
        new SafetensorsFile(Saved(new CnnClassifierOptions { ClassCount = 26 }).Tensors).Save(folder["plain"]);
        using CnnClassifier model = CnnClassifier.Load(folder["plain"]);
        Assert.Equal(26, model.Options.ClassCount);
        Assert.Equal(ClassifierOutput.Logits, model.Options.Output);
    }

    [Theory]
    [InlineData("mnistcnn.format", "99", "newer format 99")]
    [InlineData("mnistcnn.format", "x", "integer")]
    [InlineData("mnistcnn.model", "ResNet", "expected CnnClassifier, found 'ResNet'")]
    [InlineData("mnistcnn.normalization", "mean 0.1307", "expected 'divide by 255', found 'mean 0.1307'")]
    [InlineData("mnistcnn.output", "odds", "found 'odds'")]
    [InlineData("mnistcnn.classes", "[]", "2 to 256 names")]
    [InlineData("mnistcnn.classes", "[\"a\",1]", "2 to 256 names")]
    [InlineData("mnistcnn.classes", "[\"a\",\"b\"", "2 to 256 names")]
    [InlineData("mnistcnn.classes", "[\"a\",\"b\"]x", "2 to 256 names")]
    [InlineData("mnistcnn.classes", "[\"a\",\"b\"]", "'fc3.bias': expected F32 [2], found F32 [10]")]
    [InlineData("mnistcnn.image_height", "40", "'fc1.weight': expected F32 [256,1792], found F32 [256,1024]")]
    [InlineData("mnistcnn.image_height", "14", "from 15 to 16384, found '14'")]
    [InlineData("mnistcnn.image_width", "99999999", "from 15 to 16384")]
    [InlineData("mnistcnn.image_width", "16384", "'fc1.weight'")]
    public void Metadata_that_lies_is_refused(string key, string value, string found) =>
        Assert.Contains(found, Refused(key, value).Message, StringComparison.Ordinal);

    [Fact]
    public void Missing_extra_misshapen_and_infinite_weights_are_named()
    {
        SafetensorsFile saved = Saved();
        Dictionary<string, SafetensorsTensor> tensors = new(saved.Tensors);
        tensors.Remove("conv1.bias");
        tensors["extra"] = SafetensorsTensor.Create<byte>([1]);
        tensors["fc2.bias"] = SafetensorsTensor.Create<float>([float.NaN, .. new float[63]]);
        tensors["fc3.weight"] = SafetensorsTensor.Create<float>(new float[640], 64, 10);
        string message = Refused(new SafetensorsFile(tensors, saved.Metadata)).Message;
        Assert.Contains("'conv1.bias': expected F32 [16], found no such tensor", message, StringComparison.Ordinal);
        Assert.Contains("'extra': expected no such tensor", message, StringComparison.Ordinal);
        Assert.Contains("'fc2.bias': expected finite numbers, found another at element 0", message, StringComparison.Ordinal);
        Assert.Contains("'fc3.weight': expected F32 [10,64], found F32 [64,10]", message, StringComparison.Ordinal);
    }

    [Fact]
    public void As_many_names_as_classes_are_asked_for() =>
        Assert.Throws<ArgumentException>(() => new CnnClassifier(new CnnClassifierOptions { ClassNames = ["a", "b"] }));

    [Fact]
    public void Saving_onto_a_folder_is_an_IOException()
    {
        using CnnClassifier model = new();
        Assert.Throws<IOException>(() => model.Save(folder.Root));
        Assert.Throws<IOException>(() => model.ExportOnnx(folder.Root));
        Assert.Throws<CheckpointFormatException>(() => CnnClassifier.Load(folder.Root));
    }
}
