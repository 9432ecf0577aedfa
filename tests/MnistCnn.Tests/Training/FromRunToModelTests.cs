using MnistCnn.Serialization;
using MnistCnn.Training.Callbacks;
using static TorchSharp.torch;

namespace MnistCnn.Tests.Training;

/// <summary>What a run leaves on the disk, opened as a model and as the start of another run.</summary>
public sealed class FromRunToModelTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ListLogger logger = new();

    [Theory]
    [InlineData(null)]
    [InlineData(0.9)]
    public void The_best_checkpoint_opens_as_the_model_that_was_validated(double? decay)
    {
        TrainerOptions options = TrainingData.Options with { Epochs = 5, LearningRate = 0.001, EmaDecay = decay };
        using CnnClassifier model = Model();
        FitResult fit = Fit(model, options, new ModelCheckpoint(folder.Root));
        Assert.StartsWith(folder["best-"], fit.BestCheckpoint, StringComparison.Ordinal);
        using CnnClassifier best = CnnClassifier.Load(fit.BestCheckpoint!);
        Assert.False(best.training);
        Assert.Equal(fit.BestValidation!.Result.Loss, new Trainer(options).Evaluate(best, TrainingData.Validation).Loss);
        float[] expected = new float[10], found = new float[10];
        best.ToPredictor().Predict(TrainingData.Validation.GetImage(0), expected);
        CnnPredictor.Load(fit.BestCheckpoint!).Predict(TrainingData.Validation.GetImage(0), found);
        Assert.Equal(expected, found);
    }

    [Fact]
    public void The_last_checkpoint_opens_as_the_model_that_the_run_leaves_with_its_shape_and_names()
    {
        using CnnClassifier model = new(new CnnClassifierOptions
        {
            Seed = 1,
            ClassNames = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "ö"],
            Output = ClassifierOutput.Softmax
        });
        Fit(model, TrainingData.Options with { Epochs = 5, EmaDecay = 0.9 }, new ModelCheckpoint(folder.Root));
        using CnnClassifier last = CnnClassifier.Load(folder["last.ckpt"]);
        Assert.Equal(TrainingData.Weights(model), TrainingData.Weights(last));
        Assert.Equal(model.Options.ClassNames, last.Options.ClassNames);
        Assert.Equal(ClassifierOutput.Softmax, last.Options.Output);
        Assert.Equal(model.Options.ClassNames, CnnPredictor.Load(folder["last.ckpt"]).ClassNames);
    }

    [Fact]
    public void A_checkpoint_opens_in_any_module_and_from_a_stream()
    {
        using TinyModel model = new();
        Fit(model, TrainingData.Options, new ModelCheckpoint(folder.Root));
        using TinyModel opened = new(seed: 7);
        using FileStream stream = File.OpenRead(folder["last.ckpt"]);
        opened.LoadSafetensors(stream);
        Assert.Equal(TrainingData.Weights(model), TrainingData.Weights(opened));
    }

    [Fact]
    public void A_damaged_checkpoint_and_one_of_another_network_are_refused()
    {
        using TinyModel tiny = new();
        Fit(tiny, TrainingData.Options, new ModelCheckpoint(folder.Root));
        Assert.Contains("'conv1.weight'", Assert.Throws<CheckpointFormatException>(() => CnnClassifier.Load(folder["last.ckpt"])).Message,
            StringComparison.Ordinal);
        using CnnClassifier model = Model();
        Fit(model, TrainingData.Options, new ModelCheckpoint(folder.Root));
        byte[] content = File.ReadAllBytes(folder["last.ckpt"]);
        content[^9] ^= 1;
        File.WriteAllBytes(folder["bad.ckpt"], content);
        Assert.Contains("SHA-256", Assert.Throws<CheckpointFormatException>(() => CnnPredictor.Load(folder["bad.ckpt"])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0.9)]
    public void Files_of_weights_only_are_those_of_the_model_and_are_no_checkpoints(double? decay)
    {
        TrainerOptions options = TrainingData.Options with { Epochs = 5, EmaDecay = decay };
        using CnnClassifier model = Model();
        ModelCheckpoint checkpoint = new(folder.Root) { WeightsOnly = true, Monitor = new MonitoredValue("a/b:c", true, result => result.Accuracy) };
        FitResult fit = Fit(model, options, checkpoint);
        model.Save(folder["model"]);
        Assert.Equal(File.ReadAllBytes(folder["model"]), File.ReadAllBytes(checkpoint.LastPath));
        Assert.Matches(@"^best-\d{7}-a_b_c-\d\.\d{4}\.safetensors$", Path.GetFileName(fit.BestCheckpoint));
        using CnnClassifier best = CnnClassifier.Load(fit.BestCheckpoint!);
        Assert.Equal(fit.BestValidation!.Result.Accuracy, new Trainer(options).Evaluate(best, TrainingData.Validation).Accuracy);
        CheckpointFormatException refused = Assert.Throws<CheckpointFormatException>(() => Fit(model, options with { ResumeFrom = checkpoint.LastPath }));
        Assert.Contains("InitialWeights", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_of_an_unfinished_epoch_are_saved_averaged_and_not_within_a_step()
    {
        using CnnClassifier model = Model();
        byte[] averaged = [];
        LambdaCallback save = new()
        {
            StepEnd = (context, step) =>
            {
                if (step.GlobalStep == 11)
                {
                    context.SaveWeights(folder["now"]);
                }
            },
            ValidationStart = context => averaged = context.GlobalStep == 11 ? TrainingData.Weights(context.Model) : averaged,
        };
        Fit(model, TrainingData.Options with { Epochs = 4, EmaDecay = 0.9 }, save);
        using CnnClassifier saved = CnnClassifier.Load(folder["now"]);
        Assert.Equal(averaged, TrainingData.Weights(saved));
        TrainerCallbackException thrown = Assert.Throws<TrainerCallbackException>(() =>
            Fit(model, TrainingData.Options, new LambdaCallback { StepStart = context => context.SaveWeights(folder["x"]) }));
        Assert.Contains("SaveWeights: expected a hook between steps", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_callback_that_keeps_it_there_is_no_best_checkpoint()
    {
        using TinyModel model = new();
        Assert.Null(Fit(model, TrainingData.Options).BestCheckpoint);
        Assert.Null(Fit(model, TrainingData.Options, new ModelCheckpoint(folder.Root) { KeepBest = 0 }).BestCheckpoint);
    }

    [Fact]
    public void A_run_goes_on_from_the_weights_of_another_with_other_options()
    {
        using CnnClassifier first = Model();
        Fit(first, TrainingData.Options, new ModelCheckpoint(folder.Root));
        TrainerOptions other = TrainingData.Options with { BatchSize = 16, LearningRate = 0.0001, InitialWeights = folder["last.ckpt"] };
        using CnnClassifier begun = new(new CnnClassifierOptions { Seed = 9 });
        byte[] start = [];
        Fit(begun, other, new LambdaCallback { FitStart = context => start = TrainingData.Weights(context.Model) });
        Assert.Equal(TrainingData.Weights(first), start);
        Fit(first, other with { InitialWeights = null });
        Assert.Equal(TrainingData.Weights(first), TrainingData.Weights(begun));
        Assert.Contains(logger.Lines, line => line.StartsWith($"Initial weights of '{folder["last.ckpt"]}': taken conv1.bias, conv1.weight",
            StringComparison.Ordinal) && line.EndsWith("differ: none", StringComparison.Ordinal));
    }

    [Fact]
    public void A_last_layer_of_other_classes_is_left_as_it_was_created_and_the_log_says_so()
    {
        using CnnClassifier ten = Model();
        ten.Save(folder["ten"]);
        using CnnClassifier twelve = new(new CnnClassifierOptions { Seed = 2, ClassCount = 12 }),
            fresh = new(new CnnClassifierOptions { Seed = 2, ClassCount = 12 });
        Dictionary<string, byte[]> start = [];
        Fit(twelve, TrainingData.Options with { InitialWeights = folder["ten"] },
            new LambdaCallback { FitStart = context => start = context.Model.state_dict().ToDictionary(p => p.Key, p => p.Value.bytes.ToArray()) });
        foreach ((string name, byte[] bytes) in start)
        {
            Assert.Equal((name.StartsWith("fc3", StringComparison.Ordinal) ? fresh : ten).state_dict()[name].bytes.ToArray(), bytes);
        }

        Assert.Contains(logger.Lines, line => line.EndsWith("differ: fc3.bias, fc3.weight", StringComparison.Ordinal)
            && line.Contains("fc2.weight;", StringComparison.Ordinal));
    }

    [Fact]
    public void Weights_that_differ_elsewhere_are_refused_and_the_model_is_unchanged()
    {
        using CnnClassifier larger = new(new CnnClassifierOptions { Seed = 1, Height = 40, Width = 40 }), model = Model();
        larger.Save(folder["larger"]);
        model.Save(folder["ten"]);
        byte[] before = TrainingData.Weights(model);
        CheckpointFormatException shapes = Assert.Throws<CheckpointFormatException>(() =>
            Fit(model, TrainingData.Options with { InitialWeights = folder["larger"] }));
        Assert.Contains("\"fc1.weight\": expected F32 [256,1024]", shapes.Message.Replace('\'', '"'), StringComparison.Ordinal);
        new SafetensorsFile(SafetensorsFile.Load(folder["larger"]).Tensors.Where(pair => pair.Key != "fc2.bias").ToDictionary()).Save(folder["missing"]);
        CheckpointFormatException missing = Assert.Throws<CheckpointFormatException>(() =>
            Fit(model, TrainingData.Options with { InitialWeights = folder["missing"] }));
        Assert.Contains("'fc2.bias': expected [64], found no such tensor", missing.Message, StringComparison.Ordinal);
        new SafetensorsFile(new Dictionary<string, SafetensorsTensor>(
            SafetensorsFile.Load(folder["ten"]).Tensors)
        { ["conv1.bias"] = SafetensorsTensor.Create<float>(new float[8], 8) }).Save(folder["other"]);
        Assert.Contains("expected F32 [16], found F32 [8]",
            Assert.Throws<CheckpointFormatException>(() => Fit(model, TrainingData.Options with { InitialWeights = folder["other"] })).Message,
            StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => Fit(model, TrainingData.Options with { InitialWeights = folder["nothing"] }));
        Assert.Equal(before, TrainingData.Weights(model));
    }

    public void Dispose() => folder.Dispose();

    private static CnnClassifier Model() => new(new CnnClassifierOptions { Seed = 1 });

    private FitResult Fit(nn.Module<Tensor, Tensor> model, TrainerOptions options, params ITrainerCallback[] callbacks) =>
        new Trainer(options, callbacks, logger).Fit(model, TrainingData.Train, TrainingData.Validation);
}
