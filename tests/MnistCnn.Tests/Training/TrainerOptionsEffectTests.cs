using Microsoft.Extensions.Time.Testing;
using MnistCnn.Training.Callbacks;
using static TorchSharp.torch;

namespace MnistCnn.Tests.Training;

/// <summary>Each option does what it says.</summary>
public sealed class TrainerOptionsEffectTests
{
    [Fact]
    public void Accumulated_batches_give_the_weights_of_one_large_batch_the_short_last_one_included()
    {
        // 80 images: steps of 32, 32 and 16, as single batches or of batches of 16 (2, 2 and 1).
        byte[] large = Weights(TrainingData.Options with { Optimizer = (p, lr) => optim.SGD(p, 0.1) });
        byte[] small = Weights(TrainingData.Options with { Optimizer = (p, lr) => optim.SGD(p, 0.1), BatchSize = 16, GradientAccumulation = 2 });
        AssertClose(large, small, 1e-5f);
    }

    [Fact]
    public void A_step_of_accumulated_batches_reports_all_their_images()
    {
        List<(int Step, int Count)> steps = [];
        LambdaCallback spy = new() { StepEnd = (_, step) => steps.Add((step.Step, step.BatchCount)) };
        FitResult result = Fit(TrainingData.Options with { Epochs = 1, BatchSize = 12, GradientAccumulation = 3 }, spy);
        Assert.Equal([(1, 36), (2, 36), (3, 8)], steps);
        Assert.Equal(80, result.History.Epochs[0].Count);
    }

    [Fact]
    public void The_figures_of_an_epoch_are_the_means_of_its_images()
    {
        // Steps of 32, 32 and 16 images.
        FitResult result = Fit(TrainingData.Options);
        foreach (EpochResult epoch in result.History.Epochs)
        {
            StepRecord[] steps = [.. result.History.Steps.Where(step => step.Epoch == epoch.Epoch)];
            Assert.Equal((32 * steps[0].Loss + 32 * steps[1].Loss + 16 * steps[2].Loss) / 80, epoch.Loss, 1e-6);
            Assert.Equal((32 * steps[0].Accuracy + 32 * steps[1].Accuracy + 16 * steps[2].Accuracy) / 80, epoch.Accuracy, 1e-12);
        }
    }

    [Fact]
    public void Accumulated_batches_drop_other_inputs_each()
    {
        List<float[]> seen = [];
        using TinyModel model = new(dropout: 0.5) { OnForward = logits => { seen.Add(logits.data<float>().ToArray()); return logits; } };
        MnistDataset alike = MnistDataset.FromMemory([.. Enumerable.Repeat((byte)255, 64 * 784)], new byte[64], 28, 28);
        new Trainer(TrainingData.Options with { Epochs = 1, BatchSize = 16, GradientAccumulation = 4 }).Fit(model, alike);
        // The first was a check of the model.
        Assert.Equal(4, seen.TakeLast(4).Distinct(new SameNumbers()).Count());
    }

    [Fact]
    public void Clipping_by_norm_bounds_the_norm_of_all_gradients_and_by_value_each_element()
    {
        static optim.Optimizer Sgd(IEnumerable<TorchSharp.Modules.Parameter> p, double lr) => optim.SGD(p, lr);
        using TinyModel model = new();
        float[] before = TrainingData.Floats(model);
        new Trainer(TrainingData.Options with { MaxSteps = 1, LearningRate = 1, Optimizer = Sgd, GradientClipNorm = 0.01 }).Fit(model, TrainingData.Train);
        double moved = Math.Sqrt(TrainingData.Floats(model).Zip(before, (a, b) => (double)(a - b) * (a - b)).Sum());
        Assert.Equal(0.01, moved, 1e-4);
        before = TrainingData.Floats(model);
        new Trainer(TrainingData.Options with { MaxSteps = 1, LearningRate = 1, Optimizer = Sgd, GradientClipValue = 0.001 }).Fit(model, TrainingData.Train);
        Assert.Equal(0.001, TrainingData.Floats(model).Zip(before, (a, b) => (double)Math.Abs(a - b)).Max(), 1e-5);
    }

    [Fact]
    public void Label_smoothing_is_in_the_loss_of_training_and_not_of_validation()
    {
        FitResult plain = Fit(TrainingData.Options with { MaxSteps = 2, LearningRate = 1e-9 });
        FitResult smoothed = Fit(TrainingData.Options with { MaxSteps = 2, LearningRate = 1e-9, Loss = Loss.CrossEntropy(0.5) });
        Assert.NotEqual(plain.History.Steps[0].Loss, smoothed.History.Steps[0].Loss, 5);
        Assert.Equal(plain.History.Validations[0].Result.Loss, smoothed.History.Validations[0].Result.Loss, 1e-5);
    }

    [Fact]
    public void Limits_shorten_epochs_and_validations()
    {
        FitResult result = Fit(TrainingData.Options with { LimitTrainBatches = 2, EvaluationBatchSize = 10, LimitValidationBatches = 3 });
        Assert.Equal([64L, 64L], result.History.Epochs.Select(e => e.Count));
        Assert.All(result.History.Validations, v => Assert.Equal(30, v.Result.Count));
    }

    [Fact]
    public void A_fast_dev_run_tries_everything_once()
    {
        FitResult result = Fit(TrainingData.Options with { FastDevRun = true, BatchSize = 4, EvaluationBatchSize = 8 });
        Assert.Equal((StopReason.Completed, 5, 1), (result.StopReason, result.History.Steps.Count, result.History.Epochs.Count));
        Assert.Equal(8, Assert.Single(result.History.Validations).Result.Count);
    }

    [Fact]
    public void Overfitting_sees_the_same_first_images_in_every_epoch_and_learns_them_by_heart()
    {
        FitResult result = Fit(TrainingData.Options with { OverfitBatches = 1, BatchSize = 20, Epochs = 60 });
        Assert.All(result.History.Epochs, epoch => Assert.Equal(20, epoch.Count));
        Assert.Equal(1, result.History.Epochs[^1].Accuracy);
    }

    [Fact]
    public void Validation_by_epochs_comes_at_their_ends_and_at_that_of_the_run()
    {
        FitResult result = Fit(TrainingData.Options with { Epochs = 5, ValidateEveryEpochs = 2 });
        Assert.Equal([(2, 3), (4, 3), (5, 3)], result.History.Validations.Select(v => (v.Epoch, v.Step)));
    }

    [Fact]
    public void A_time_limit_ends_the_run_after_the_step_in_which_it_passes()
    {
        FakeTimeProvider clock = new();
        LambdaCallback slow = new() { StepStart = _ => clock.Advance(TimeSpan.FromSeconds(1)) };
        FitResult result = Fit(TrainingData.Options with { MaxTime = TimeSpan.FromSeconds(4), Clock = clock }, slow);
        Assert.Equal((StopReason.LimitReached, 4), (result.StopReason, result.History.Steps.Count));
        Assert.Equal(TimeSpan.FromSeconds(4), result.Duration);
    }

    [Fact]
    public void Equal_seeds_give_equal_weights_and_other_seeds_others()
    {
        Assert.Equal(Weights(TrainingData.Options with { Seed = 3 }), Weights(TrainingData.Options with { Seed = 3 }));
        Assert.NotEqual(Weights(TrainingData.Options with { Seed = 3 }), Weights(TrainingData.Options with { Seed = 4 }));
    }

    [Fact]
    public void The_averaged_weights_are_validated_and_left_in_the_model()
    {
        TrainerOptions options = TrainingData.Options with { Epochs = 6, EmaDecay = 0.5, ValidateEveryEpochs = 6 };
        using TinyModel model = new();
        FitResult result = new Trainer(options).Fit(model, TrainingData.Train, TrainingData.Validation);
        Assert.NotEqual(Weights(options with { EmaDecay = null }), TrainingData.Weights(model));
        EvaluationResult after = new Trainer(options).Evaluate(model, TrainingData.Validation);
        Assert.Equal(after.Loss, result.LastValidation!.Result.Loss);
    }

    [Fact]
    public void Averaging_changes_nothing_in_the_course_of_training()
    {
        FitResult plain = Fit(TrainingData.Options with { Epochs = 6 });
        FitResult averaged = Fit(TrainingData.Options with { Epochs = 6, EmaDecay = 0.5 });
        Assert.Equal(plain.History.Steps, averaged.History.Steps);
    }

    [Fact]
    public void Mixed_precision_learns_nearly_the_same_and_leaves_a_float32_model()
    {
        BFloat16.SkipUnlessSupported();
        using TinyModel model = new();
        FitResult mixed = new Trainer(TrainingData.Options with { Epochs = 8, Precision = TrainingPrecision.BFloat16Mixed })
            .Fit(model, TrainingData.Train, TrainingData.Validation);
        FitResult full = Fit(TrainingData.Options with { Epochs = 8 });
        Assert.All(model.parameters(), p => Assert.Equal(ScalarType.Float32, p.dtype));
        Assert.Equal(full.LastValidation!.Result.Loss, mixed.LastValidation!.Result.Loss, 0.1);
        Assert.NotEqual(full.LastValidation!.Result.Loss, mixed.LastValidation!.Result.Loss);
    }

    [Fact]
    public void Without_the_check_a_loss_that_is_not_finite_goes_unnoticed()
    {
        using TinyModel model = new() { OnForward = logits => logits * double.NaN };
        FitResult result = new Trainer(TrainingData.Options with { StopOnNonFiniteLoss = false }).Fit(model, TrainingData.Train);
        Assert.Equal(StopReason.Completed, result.StopReason);
        Assert.Empty(result.History.Steps);
    }

    private sealed class SameNumbers : IEqualityComparer<float[]>
    {
        public bool Equals(float[]? x, float[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(float[] obj) => obj[0].GetHashCode();
    }

    private static FitResult Fit(TrainerOptions options, params ITrainerCallback[] callbacks)
    {
        using TinyModel model = new();
        return new Trainer(options, callbacks).Fit(model, TrainingData.Train, TrainingData.Validation);
    }

    private static byte[] Weights(TrainerOptions options)
    {
        using TinyModel model = new();
        new Trainer(options).Fit(model, TrainingData.Train);
        return TrainingData.Weights(model);
    }

    private static void AssertClose(byte[] expected, byte[] found, float tolerance)
    {
        ReadOnlySpan<float> a = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(expected);
        ReadOnlySpan<float> b = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(found);
        for (int i = 0; i < a.Length; i++)
        {
            Assert.InRange(b[i] - a[i], -tolerance, tolerance);
        }
    }
}
