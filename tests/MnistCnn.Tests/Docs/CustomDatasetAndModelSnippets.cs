using MnistCnn.Metrics;
using MnistCnn.Serialization;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistCnn.Tests.Docs;

// snippet: dataset
internal sealed class Stripes(int count) : IMnistDataset
{
    private readonly byte[][] images = [Draw(upright: false), Draw(upright: true)];

    public int Count => count;

    public int Height => 28;

    public int Width => 28;

    public IReadOnlyList<string> ClassNames { get; } = ["lying", "upright"];

    public ReadOnlySpan<byte> GetImage(int index) => images[index % 2];

    public byte GetLabel(int index) => (byte)(index % 2);

    private static byte[] Draw(bool upright) =>
        [.. Enumerable.Range(0, 28 * 28).Select(i => (byte)((upright ? i % 28 : i / 28) % 4 < 2 ? 255 : 0))];
}
// end

// snippet: model
internal sealed class SmallNetwork : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d conv = nn.Conv2d(1, 8, 3, stride: 2);
    private readonly Linear output;

    public SmallNetwork(int classCount)
        : base(nameof(SmallNetwork))
    {
        output = nn.Linear(8 * 13 * 13, classCount);
        RegisterComponents(); // the field names become the names in files: conv.weight, output.bias …
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = nn.functional.relu(conv.forward(input)); // [N, 8, 13, 13]
        return output.forward(x.flatten(1)).MoveToOuterDisposeScope(); // logits [N, classes]
    }
}
// end

// snippet: metric
internal sealed class MeanConfidence : IMetric
{
    private double sum;
    private long count;

    public string Name => "mean_confidence";

    public void Update(Tensor output, Tensor labels)
    {
        using DisposeScope scope = NewDisposeScope();
        sum += nn.functional.softmax(output, 1).amax([1]).sum().ToDouble();
        count += labels.shape[0];
    }

    public double Compute() => count > 0 ? sum / count : throw new InvalidOperationException("mean_confidence: nothing was added.");

    public void Reset() => (sum, count) = (0, 0);
}
// end

public sealed class CustomDatasetAndModelSnippets
{
    [Fact]
    public void Own_dataset_model_and_metric_go_into_the_trainer_as_they_are()
    {
        using TemporaryFolder temporary = new();
        string path = temporary["stripes.safetensors"];

        // snippet: use
        using SmallNetwork model = new(classCount: 2);
        Trainer trainer = new(new TrainerOptions { Epochs = 3, LearningRate = 0.01, Metrics = () => [new MeanConfidence()] });
        trainer.Fit(model, new Stripes(1_000));
        EvaluationResult result = trainer.Evaluate(model, new Stripes(200));
        double confidence = result.Metrics["mean_confidence"];
        model.SaveSafetensors(path);
        // end
        Assert.Equal(1, result.Accuracy);
        Assert.InRange(confidence, 0.5, 1);

        // snippet: memory
        byte[] pixels = new byte[2 * 28 * 28], labels = [3, 7];
        MnistDataset two = MnistDataset.FromMemory(pixels, labels, height: 28, width: 28);
        // end
        Assert.Equal(2, two.Count);
    }
}
