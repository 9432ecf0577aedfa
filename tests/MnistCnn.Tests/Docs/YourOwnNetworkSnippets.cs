using MnistCnn.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistCnn.Tests.Docs;

// snippet: module
internal sealed class TwoLayers : nn.Module<Tensor, Tensor>, IDescribesNetwork
{
    private readonly nn.Module<Tensor, Tensor> flatten = nn.Flatten(), relu = nn.ReLU();
    private readonly Linear hidden = nn.Linear(784, 32), output = nn.Linear(32, 10);

    public TwoLayers()
        : base(nameof(TwoLayers)) => RegisterComponents();

    public IEnumerable<nn.Module<Tensor, Tensor>> Layers => [flatten, hidden, relu, output];

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        return output.forward(nn.functional.relu(hidden.forward(input.flatten(1)))).MoveToOuterDisposeScope();
    }
}
// end

public sealed class YourOwnNetworkSnippets
{
    [Fact]
    public void A_Sequential_is_trained_predicts_and_is_saved()
    {
        using TemporaryFolder temporary = new();
        (string weights, string onnx, List<string> lines) = (temporary["weights.safetensors"], temporary["network.onnx"], []);
        (IMnistDataset train, IMnistDataset validation) = (new SyntheticDigits(600, seed: 1), new SyntheticDigits(100, seed: 2));

        // snippet: train
        using Sequential model = nn.Sequential(
            ("conv1", nn.Conv2d(1, 8, 3, padding: 1, bias: false)), ("norm1", nn.BatchNorm2d(8)), ("relu1", nn.ReLU()), ("pool1", nn.MaxPool2d(2)),
            ("conv2", nn.Conv2d(8, 16, 3)), ("relu2", nn.ReLU()), ("flatten", nn.Flatten()), ("drop", nn.Dropout(0.2)), ("fc", nn.Linear(16 * 12 * 12, 10)));
        new Trainer(new TrainerOptions { Epochs = 2, LearningRate = 0.001 }).Fit(model, train, validation);
        // end

        // snippet: use
        CnnPredictor predictor = model.ToPredictor(); // without libtorch; batch normalisation is part of the layers before it
        model.SaveNetwork(weights);                   // safetensors: CnnPredictor.Load(weights) reads it, and so does PyTorch
        model.ExportOnnx(onnx);                       // for ONNX Runtime
        Prediction prediction = CnnPredictor.Load(weights).Predict(validation.GetImage(0));
        // end
        Assert.Equal(predictor.Predict(validation.GetImage(0)), prediction);
        Assert.True(File.Exists(onnx));

        // snippet: summary
        foreach (LayerSummary layer in model.Summarize())
        {
            lines.Add($"{layer.Name}: {layer.Type}, {layer.Output}, {layer.Parameters} parameters, {layer.Multiplications} multiplications");
        }
        // end
        Assert.Equal("conv2: Conv2d, [16, 12, 12], 1168 parameters, 165888 multiplications", lines[4]);
        using TwoLayers module = new();
        new Trainer(new TrainerOptions { Epochs = 1 }).Fit(module, train);
    }
}
