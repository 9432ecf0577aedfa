using MnistCnn.Serialization;
using MnistCnn.Training.Callbacks;

namespace MnistCnn.Tests.Training;

/// <summary>Checkpoints with a right digest whose content is not that of a run: refused by name, and the model stays as it was.</summary>
public sealed class CheckpointStructureTests : IDisposable
{
    private static readonly TrainerOptions Options = TrainingData.Options with { Epochs = 9, EmaDecay = 0.9 };

    private readonly TemporaryFolder folder = new();

    /// <summary>A change of one value: its name, the new text or null to leave it out, and what the message says.</summary>
    public static TheoryData<string, string?, string> Values => new()
    {
        { "epoch", null, "expected a value 'epoch', found none" },
        { "epoch", "-1", "value 'epoch': expected 0 to 2147483647, found -1" },
        { "epoch", "two", "value 'epoch': expected an integer, found 'two'" },
        { "step", "4", "value 'step': expected 0 to 3, found 4" },
        { "step", null, "expected a value 'step', found none" },
        { "global_step", "1.5", "value 'global_step': expected an integer, found '1.5'" },
        { "epoch_ended", "2", "value 'epoch_ended': expected 0 to 1, found 2" },
        { "learning_rate_scale", "fast", "value 'learning_rate_scale': expected a number, found 'fast'" },
        { "epoch_loss_sum", null, "expected a value 'epoch_loss_sum', found none" },
        { "option.BatchSize", null, "expected a value 'option.BatchSize', found none" },
        { "option.training data", "none", "option.training data: expected" },
    };

    /// <summary>A change of one tensor: its name, what is done to it, and what the message says.</summary>
    public static TheoryData<string, string, string> Tensors => new()
    {
        { "history.steps", "leave out", "tensor 'history.steps': expected F64 [rows,6], found none" },
        { "history.steps", "flatten", "tensor 'history.steps': expected F64 [rows,6], found" },
        { "history.epochs", "bytes", "tensor 'history.epochs': expected F64 [rows,5], found" },
        { "history.validations", "leave out", "tensor 'history.validations': expected F64 [rows,6], found none" },
        { "optimizer", "leave out", "expected a tensor 'optimizer' of bytes, found none" },
        { "optimizer", "halve", "optimizer" },
        { "optimizer", "empty", "optimizer" },
        { "model.linear.weight", "leave out", "linear.weight" },
        { "model.linear.weight", "flatten", "linear.weight" },
        { "model.linear.bias", "bytes", "linear.bias" },
        { "average.linear.weight", "leave out", "linear.weight" },
        { "average.linear.bias", "bytes", "linear.bias" },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void A_value_that_is_missing_or_wrong_is_named(string name, string? text, string message) =>
        AssertRefused(message, values: all => _ = text is null ? all.Remove(name) : (all[name] = text) is not null);

    [Theory]
    [MemberData(nameof(Tensors))]
    public void A_tensor_that_is_missing_or_of_another_shape_is_named(string name, string change, string message) => AssertRefused(message, tensors: all =>
    {
        SafetensorsTensor tensor = all[name];
        all.Remove(name);
        switch (change)
        {
            case "flatten":
                all[name] = new SafetensorsTensor(tensor.Type, [tensor.Shape.Aggregate(1L, (product, side) => product * side)], tensor.Data);
                break;
            case "bytes":
                all[name] = new SafetensorsTensor(SafetensorsType.U8, [tensor.Data.Length], tensor.Data);
                break;
            case "halve":
                all[name] = new SafetensorsTensor(SafetensorsType.U8, [tensor.Data.Length / 2], tensor.Data[..(tensor.Data.Length / 2)]);
                break;
            case "empty":
                all[name] = new SafetensorsTensor(SafetensorsType.U8, [0], default);
                break;
        }
    });

    public void Dispose() => folder.Dispose();

    private void AssertRefused(string message, Action<Dictionary<string, string>>? values = null, Action<Dictionary<string, SafetensorsTensor>>? tensors = null)
    {
        string path = folder["run.ckpt"];
        LambdaCallback save = new() { EpochEnd = (context, epoch) => Save(context, epoch.Epoch == 6 ? path : null) };
        using TinyModel trained = new();
        new Trainer(Options, [save]).Fit(trained, TrainingData.Train, TrainingData.Validation);
        CheckpointFile good = CheckpointFile.Load(path);
        Dictionary<string, string> allValues = new(good.Values);
        Dictionary<string, SafetensorsTensor> allTensors = new(good.Tensors);
        using (TinyModel fits = new())
        {
            new CheckpointFile(allTensors, allValues).Save(path);
            Assert.Equal(27, new Trainer(Options with { ResumeFrom = path }).Fit(fits, TrainingData.Train, TrainingData.Validation).History.Steps.Count);
        }

        values?.Invoke(allValues);
        tensors?.Invoke(allTensors);
        new CheckpointFile(allTensors, allValues).Save(path);
        using TinyModel model = new(seed: 5);
        byte[] before = TrainingData.Weights(model);
        CheckpointFormatException thrown = Assert.Throws<CheckpointFormatException>(() =>
            new Trainer(Options with { ResumeFrom = path }).Fit(model, TrainingData.Train, TrainingData.Validation));
        Assert.Contains(message, thrown.Message, StringComparison.Ordinal);
        Assert.Contains(path, thrown.Message, StringComparison.Ordinal);
        Assert.Equal(before, TrainingData.Weights(model));
    }

    private static void Save(TrainerContext context, string? path)
    {
        if (path is not null)
        {
            context.SaveCheckpoint(path);
        }
    }
}
