using MnistCnn.Serialization;
using TorchSharp;
using static TorchSharp.torch;

namespace MnistCnn.Tests.Serialization;

public sealed class OnnxExportTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(128)]
    public void ONNX_Runtime_gives_the_logits_and_classes_of_10_000_test_images(int batchSize)
    {
        TrainedClassifier.Model.ExportOnnx(folder["model.onnx"]);
        using OnnxModel onnx = new(folder["model.onnx"]);
        float[] logits = onnx.Run(TrainedClassifier.Pixels(0, 10_000), batchSize);
        double difference = TrainedClassifier.LargestRelativeDifference(TrainedClassifier.Logits, logits);
        TestContext.Current.TestOutputHelper?.WriteLine($"batch {batchSize}: largest relative difference {difference:E2}");
        Assert.InRange(difference, 0, 1e-5);
        Assert.Equal(TrainedClassifier.Classes(TrainedClassifier.Logits), TrainedClassifier.Classes(logits));
    }

    [Fact]
    public void Bytes_in_and_probabilities_out_agree_with_the_model()
    {
        TrainedClassifier.Model.ExportOnnx(folder["model.onnx"], new OnnxExportOptions { Input = OnnxInput.UInt8, Output = OnnxOutput.Probabilities });
        using OnnxModel onnx = new(folder["model.onnx"]);
        float[] probabilities = onnx.Run(TrainedClassifier.Bytes(0, 10_000), 1000);
        float[] expected = nn.functional.softmax(tensor(TrainedClassifier.Logits, [10_000, 10]), 1).data<float>().ToArray();
        Assert.InRange(TrainedClassifier.LargestRelativeDifference(expected, probabilities), 0, 1e-5);
        Assert.Equal(TrainedClassifier.Classes(expected), TrainedClassifier.Classes(probabilities));
    }

    [Theory]
    [InlineData(OnnxInput.Float, OnnxOutput.Logits, typeof(float), "logits")]
    [InlineData(OnnxInput.UInt8, OnnxOutput.Logits, typeof(byte), "logits")]
    [InlineData(OnnxInput.Float, OnnxOutput.Probabilities, typeof(float), "probabilities")]
    [InlineData(OnnxInput.UInt8, OnnxOutput.Probabilities, typeof(byte), "probabilities")]
    public void Inputs_outputs_and_metadata_are_named(OnnxInput input, OnnxOutput output, Type element, string outputName)
    {
        using CnnClassifier model = new(new CnnClassifierOptions { Height = 20, Width = 31, ClassCount = 3, ClassNames = ["a", "ö", "c"] });
        model.ExportOnnx(folder["model.onnx"], new OnnxExportOptions { Input = input, Output = output });
        using OnnxModel onnx = new(folder["model.onnx"]);
        Assert.Equal([-1, 1, 20, 31], onnx.Inputs["images"].Dimensions);
        Assert.Equal(["batch", "", "", ""], onnx.Inputs["images"].SymbolicDimensions);
        Assert.Equal(element, onnx.Inputs["images"].ElementType);
        Assert.Equal([-1, 3], onnx.Outputs[outputName].Dimensions);
        Assert.Equal("MnistCnn", onnx.Metadata.ProducerName);
        Assert.Equal("""["a","ö","c"]""", onnx.Metadata.CustomMetadataMap["mnistcnn.classes"]);
        Assert.Equal(outputName, onnx.Metadata.CustomMetadataMap["mnistcnn.output"]);
        Assert.Equal(input == OnnxInput.UInt8 ? "within the model" : "divide by 255", onnx.Metadata.CustomMetadataMap["mnistcnn.normalization"]);
    }

    [Fact]
    public void A_model_that_returns_probabilities_exports_the_same_graph()
    {
        using CnnClassifier logits = new(new CnnClassifierOptions { Seed = 1 });
        using CnnClassifier softmax = new(new CnnClassifierOptions { Seed = 1, Output = ClassifierOutput.Softmax });
        logits.ExportOnnx(folder["a"]);
        softmax.ExportOnnx(folder["b"]);
        Assert.Equal(File.ReadAllBytes(folder["a"]), File.ReadAllBytes(folder["b"]));
    }

    [Fact]
    public void Equal_weights_give_equal_bytes_and_lower_precision_is_widened()
    {
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
        model.ExportOnnx(folder["a"]);
        model.ExportOnnx(folder["b"]);
        Assert.Equal(File.ReadAllBytes(folder["a"]), File.ReadAllBytes(folder["b"]));
        model.to(ScalarType.BFloat16);
        model.ExportOnnx(folder["c"]);
        Assert.Equal(new FileInfo(folder["a"]).Length, new FileInfo(folder["c"]).Length);
        using OnnxModel onnx = new(folder["c"]);
        Assert.Equal(10, onnx.Run(new float[784], 1).Length);
    }

    [Fact]
    public void Options_outside_the_enumerations_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new OnnxExportOptions { Input = (OnnxInput)9 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new OnnxExportOptions { Output = (OnnxOutput)9 });
    }
}
