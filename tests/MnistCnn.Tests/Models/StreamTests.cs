using MnistCnn.Serialization;
using MnistCnn.Tests.Data;

namespace MnistCnn.Tests.Models;

/// <summary>Streams in the place of paths: they need not be seekable, and stay open.</summary>
public sealed class StreamTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });

    [Fact]
    public void A_stream_receives_what_a_file_does()
    {
        model.Save(folder["weights"]);
        model.ExportOnnx(folder["onnx"]);
        using MemoryStream weights = new(), onnx = new(), tensors = new();
        model.Save(weights);
        model.ExportOnnx(onnx);
        model.SaveSafetensors(tensors, new Dictionary<string, string> { ["a"] = "b" });
        Assert.Equal(File.ReadAllBytes(folder["weights"]), weights.ToArray());
        Assert.Equal(File.ReadAllBytes(folder["onnx"]), onnx.ToArray());
        model.SaveSafetensors(folder["tensors"], new Dictionary<string, string> { ["a"] = "b" });
        Assert.Equal(File.ReadAllBytes(folder["tensors"]), tensors.ToArray());
        Assert.True(weights.CanWrite && onnx.CanWrite && tensors.CanWrite);
    }

    [Fact]
    public void A_model_and_a_predictor_come_from_the_middle_of_a_stream_that_cannot_seek()
    {
        using MemoryStream saved = new();
        saved.Write([1, 2, 3]);
        model.Save(saved);
        byte[] image = [.. Enumerable.Range(0, 784).Select(i => (byte)i)];
        float[] expected = new float[10], found = new float[10];
        model.ToPredictor().Predict(image, expected);
        using (PipeStream pipe = new(saved.ToArray()))
        {
            pipe.ReadExactly(new byte[3]);
            CnnPredictor.Load(pipe).Predict(image, found);
            Assert.Equal(expected, found);
            Assert.True(pipe.CanRead);
        }

        using PipeStream again = new(saved.ToArray());
        again.ReadExactly(new byte[3]);
        using CnnClassifier loaded = CnnClassifier.Load(again);
        Array.Clear(found);
        loaded.ToPredictor().Predict(image, found);
        Assert.Equal(expected, found);
    }

    [Fact]
    public void Contents_that_are_no_weights_are_refused_by_the_name_of_a_stream()
    {
        using MemoryStream cut = new();
        model.Save(cut);
        foreach (byte[] content in new[] { [], cut.ToArray()[..1000], new byte[100] })
        {
            Assert.StartsWith("'(stream)': ", Assert.Throws<CheckpointFormatException>(() => CnnPredictor.Load(new MemoryStream(content))).Message,
                StringComparison.Ordinal);
            Assert.Throws<CheckpointFormatException>(() => CnnClassifier.Load(new MemoryStream(content)));
            Assert.Throws<CheckpointFormatException>(() => SafetensorsFile.Load(new MemoryStream(content)));
        }

        Assert.Throws<ArgumentNullException>(() => CnnPredictor.Load((Stream)null!));
        Assert.Throws<ArgumentNullException>(() => model.Save((Stream)null!));
        Assert.Throws<ArgumentNullException>(() => model.ExportOnnx((Stream)null!));
    }

    public void Dispose()
    {
        model.Dispose();
        folder.Dispose();
    }
}
