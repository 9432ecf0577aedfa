using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using MnistCnn.Models;
using MnistCnn.Serialization;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using InferenceSession = Microsoft.ML.OnnxRuntime.InferenceSession;
using Tensor = TorchSharp.torch.Tensor;

namespace MnistCnn.Tests.Models;

/// <summary>Files and predictors of networks of one's own.</summary>
public sealed class NetworkFilesTests : IDisposable
{
    private const int Count = 300;
    private static readonly SyntheticDigits Digits = new(Count, seed: 1);
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> Networks => ["norm", "plain", "scale", "log"];

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Networks))]
    public void The_predictor_the_file_and_ONNX_Runtime_give_the_outputs_of_forward(string kind)
    {
        using Sequential model = Trained(kind);
        float[] expected = Probabilities(model);
        byte[] images = [.. Enumerable.Range(0, Count).SelectMany(i => Digits.GetImage(i).ToArray())];
        string path = folder["network.safetensors"], onnx = folder["network.onnx"];
        model.SaveNetwork(path);
        model.ExportOnnx(onnx, options: new OnnxExportOptions { Input = OnnxInput.UInt8, Output = OnnxOutput.Probabilities });

        foreach (CnnPredictor predictor in new[] { model.ToPredictor(), CnnPredictor.Load(path) })
        {
            float[] probabilities = new float[Count * 10];
            predictor.Predict(images, probabilities);
            AssertNear(expected, probabilities);
            Prediction one = predictor.Predict(images.AsSpan(0, 784));
            Assert.Equal(expected.Take(10).Max(), one.Probability, 1e-5f);
        }

        using InferenceSession session = new(onnx);
        using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> results = session.Run(
            [NamedOnnxValue.CreateFromTensor("images", new DenseTensor<byte>(images, [Count, 1, 28, 28]))]);
        AssertNear(expected, [.. results[0].AsTensor<float>()]);
        model.LoadSafetensors(path);
    }

    [Fact]
    public void Metadata_that_describe_no_network_are_refused_with_the_layers_name()
    {
        using Sequential model = Trained("norm");
        string path = folder["network.safetensors"];
        model.SaveNetwork(path);
        SafetensorsFile file = SafetensorsFile.Load(path);
        string json = file.Metadata["mnistcnn.network"];
        Assert.StartsWith(
            """{"input":[1,28,28],"layers":[{"name":"0","type":"Conv2d","in_channels":1,"out_channels":8,"kernel_size":3,"""
            + "\"stride\":1,\"padding\":1,\"bias\":false},", json, StringComparison.Ordinal);
        foreach ((string from, string to, string message) in new[]
        {
            ("\"Conv2d\"", "\"Conv3d\"", "layer '0': expected a layer that this version knows, found 'Conv3d'"),
            ("\"kernel_size\":3", "\"kernel_size\":0", "layer '0', kernel_size: expected an integer from 1 to"),
            ("\"kernel_size\":3", "\"kernel_size\":99", "Layer '0': expected 1 channels of at least 99×99 pixels"),
            ("\"out_channels\":8", "\"out_channels\":7", "Layer '1': expected 8 channels"),
            ("[1,28,28]", "[1,16384,16384]", "Layer '9': expected a vector of 576"),
            ("\"name\":\"1\"", "\"name\":\"0\"", "Layer '0': expected a name of its own"),
            ("\"stride\":1,\"padding\":1", "\"stride\":9999,\"padding\":9999", "layer '0', padding: expected an integer from 0 to 64"),
            ("\"kernel_size\":2,\"stride\":2,\"padding\":0", "\"kernel_size\":2,\"stride\":2,\"padding\":2",
                "Layer '3': expected at least 2×2 pixels, and a padding of at most half of that"),
            ("[1,28,28]", "[1,28]", "expected an input of 3 sides"),
            (json, "{", "mnistcnn.network"),
        })
        {
            Dictionary<string, string> metadata = new(file.Metadata) { ["mnistcnn.network"] = json.Replace(from, to, StringComparison.Ordinal) };
            string other = folder["other.safetensors"];
            new SafetensorsFile(file.Tensors, metadata).Save(other);
            Assert.Contains(message, Assert.Throws<CheckpointFormatException>(() => CnnPredictor.Load(other)).Message, StringComparison.Ordinal);
        }

        Assert.Throws<CheckpointFormatException>(() => CnnClassifier.Load(path));
    }

    [Fact]
    public void Damaged_descriptions_end_in_a_predictor_or_in_our_exception()
    {
        using Sequential model = Trained("norm");
        string path = folder["network.safetensors"];
        model.SaveNetwork(path);
        byte[] bytes = File.ReadAllBytes(path);
        int header = (int)BitConverter.ToInt64(bytes), refused = 0,
            mutants = int.Parse(Environment.GetEnvironmentVariable("MNISTCNN_MUTANTS") ?? "1000", CultureInfo.InvariantCulture);
        long before = GC.GetAllocatedBytesForCurrentThread(), most = 0;
        for (int seed = 0; seed < mutants; seed++)
        {
            Random random = new(seed);
            byte[] mutant = [.. bytes];
            for (int changes = random.Next(1, 4); changes > 0; changes--)
            {
                mutant[8 + random.Next(header)] = (byte)"0123456789{}[],:\"-.eE truefals"[random.Next(30)];
            }

            File.WriteAllBytes(path, mutant);
            try
            {
                CnnPredictor.Load(path);
            }
            catch (CheckpointFormatException)
            {
                refused++;
            }

            long now = GC.GetAllocatedBytesForCurrentThread();
            (most, before) = (Math.Max(most, now - before), now);
        }

        Assert.InRange(refused, mutants / 2, mutants);
        Assert.InRange(most, 0, 64 << 20);
    }

    private static void AssertNear(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.InRange(expected.Zip(actual, (e, a) => Math.Abs(e - a)).Max(), 0, 1e-5f);
    }

    /// <summary>Random weights, and running statistics of some batches.</summary>
    private static Sequential Trained(string kind)
    {
        Sequential model = kind switch
        {
            "norm" => nn.Sequential(
                nn.Conv2d(1, 8, 3, padding: 1, bias: false), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 16, 3), nn.LeakyReLU(0.1),
                nn.AvgPool2d(3, 2, 1), nn.Dropout2d(0.2), nn.Flatten(),
                nn.Linear(576, 20), nn.BatchNorm1d(20), nn.ReLU(), nn.Dropout(0.5), nn.Linear(20, 10)),
            "scale" => nn.Sequential(nn.BatchNorm2d(1), nn.Conv2d(1, 8, 5, stride: 2), nn.ReLU(), nn.BatchNorm2d(8), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                nn.Linear(8, 10, hasBias: false)),
            "log" => nn.Sequential(nn.Flatten(), nn.Linear(784, 10), nn.LogSoftmax(1)),
            _ => nn.Sequential(("features", nn.Sequential(nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2))), ("flatten", nn.Flatten()),
                ("classifier", nn.Linear(864, 10))),
        };
        model.Seeded(1);
        using IDisposable noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        model.train();
        for (int i = 0; i < 20; i++)
        {
            model.forward(RandomWeights.Uniform(i, 32, 1, 28, 28) * 2);
        }

        model.eval();
        return model;
    }

    private static float[] Probabilities(Sequential model)
    {
        using IDisposable noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor images = tensor([.. Enumerable.Range(0, Count).SelectMany(i => Digits.GetImage(i).ToArray().Select(p => p / 255f))]).reshape(Count, 1, 28, 28);
        return model.forward(images).softmax(1).data<float>().ToArray();
    }
}
