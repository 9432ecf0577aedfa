using MnistCnn.Serialization;

namespace MnistCnn.Tests.Docs;

public sealed class InteropSnippets
{
    [Fact]
    public void Models_go_out_and_come_in()
    {
        using TemporaryFolder temporary = new();
        string weights = temporary["model.safetensors"], onnx = temporary["digits.onnx"];
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });

        // snippet: weights
        model.Save(weights);
        using CnnClassifier loaded = CnnClassifier.Load(weights);
        CnnPredictor predictor = CnnPredictor.Load(weights); // the same file, without libtorch
        // end
        Assert.Equal(10, predictor.ClassNames.Count);

        // snippet: onnx
        model.ExportOnnx(onnx); // float images 0 to 1 in, logits out
        model.ExportOnnx(onnx, new OnnxExportOptions { Input = OnnxInput.UInt8, Output = OnnxOutput.Probabilities });
        // end
        Assert.True(new FileInfo(onnx).Length > 1_000_000);
    }
}
