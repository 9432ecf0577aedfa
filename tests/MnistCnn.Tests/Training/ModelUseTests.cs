namespace MnistCnn.Tests.Training;

/// <summary>One model, several users at once: a clear exception, or a right answer.</summary>
// One generator of random numbers serves the whole process: a run on another thread would draw from it too.
[Collection(nameof(AloneInTheProcess))]
public sealed class ModelUseTests
{
    [Fact]
    public void A_second_Fit_on_a_model_in_training_throws_and_the_first_goes_on()
    {
        using TinyModel model = new();
        InvalidOperationException? refused = null;
        RecordingCallback callback = new(then: (hook, _) =>
        {
            if (hook == "StepEnd 1")
            {
                refused ??= InAnotherThread(() => new Trainer(TrainingData.Options).Fit(model, TrainingData.Train));
            }
        });
        FitResult result = new Trainer(TrainingData.Options, [callback]).Fit(model, TrainingData.Train);
        Assert.Equal(StopReason.Completed, result.StopReason);
        Assert.StartsWith("Fit: expected a model that no other call uses", refused!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Evaluating_a_model_that_another_thread_trains_throws()
    {
        using TinyModel model = new();
        InvalidOperationException? refused = null;
        RecordingCallback callback = new(then: (hook, _) =>
        {
            if (hook == "StepEnd 1")
            {
                refused ??= InAnotherThread(() => new Trainer(TrainingData.Options).Evaluate(model, TrainingData.Validation));
            }
        });
        new Trainer(TrainingData.Options, [callback]).Fit(model, TrainingData.Train);
        Assert.StartsWith("Evaluate: expected a model that is not being trained", refused!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_callback_may_evaluate_the_model_that_it_sees_trained_and_training_goes_on_unchanged()
    {
        using TinyModel watched = new(dropout: 0.5);
        using TinyModel unwatched = new(dropout: 0.5);
        List<bool> modes = [];
        RecordingCallback callback = new(then: (hook, context) =>
        {
            if (hook.StartsWith("StepEnd", StringComparison.Ordinal))
            {
                new Trainer(TrainingData.Options).Evaluate(watched, TrainingData.Validation);
                modes.Add(watched.training);
            }
        });
        new Trainer(TrainingData.Options, [callback]).Fit(watched, TrainingData.Train);
        new Trainer(TrainingData.Options).Fit(unwatched, TrainingData.Train);
        Assert.All(modes, Assert.True);
        Assert.Equal(TrainingData.Weights(unwatched), TrainingData.Weights(watched));
    }

    [Fact]
    public void Several_threads_may_evaluate_one_model_and_its_mode_is_left_as_it_was()
    {
        using TinyModel model = new(dropout: 0.5);
        model.train();
        double[] accuracies = new double[8];
        Parallel.For(0, accuracies.Length, i => accuracies[i] = new Trainer(TrainingData.Options).Evaluate(model, TrainingData.Validation).Accuracy);
        Assert.Single(accuracies.Distinct());
        Assert.True(model.training);
    }

    private static InvalidOperationException? InAnotherThread(Action action)
    {
        Exception? caught = null;
        Thread thread = new(() => caught = Record.Exception(action));
        thread.Start();
        thread.Join();
        return caught as InvalidOperationException;
    }
}
