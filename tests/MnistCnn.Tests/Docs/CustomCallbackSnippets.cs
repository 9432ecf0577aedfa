using MnistCnn.Training;
using MnistCnn.Training.Callbacks;

namespace MnistCnn.Tests.Docs;

// snippet: callback
internal sealed class StopAtAccuracy(double target) : TrainerCallback
{
    public override void OnValidationEnd(TrainerContext context, EvaluationResult result)
    {
        if (result.Accuracy >= target)
        {
            context.RequestStop($"Accuracy {result.Accuracy:F4} reached {target:F4}.");
        }
    }
}
// end

// snippet: stateful
internal sealed class ImageCounter : TrainerCallback
{
    public long Images { get; private set; }

    public override string? StateKey => "image_counter";

    public override void OnStepEnd(TrainerContext context, StepResult step) => Images += step.BatchCount;

    public override void SaveState(CallbackState state) => state.Set("images", Images);

    public override void LoadState(CallbackState state) => Images = state.GetInt64("images") ?? 0;
}
// end

public sealed class CustomCallbackSnippets
{
    [Fact]
    public void A_callback_stops_the_run()
    {
        SyntheticDigits train = new(2_000), validation = new(500, split: MnistSplit.Test);
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });

        // snippet: use
        TrainerOptions options = new() { Epochs = 50, LearningRate = 0.001, ValidateEverySteps = 5 };
        FitResult fit = new Trainer(options, [new StopAtAccuracy(0.5), new ImageCounter()]).Fit(model, train, validation);
        string why = $"{fit.StopReason}: {fit.StopMessage}"; // RequestedByCallback: Accuracy 0.5… reached 0.5000.
        // end
        Assert.StartsWith("RequestedByCallback: Accuracy", why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_of_its_own_thread_reports_progress_and_can_be_canceled()
    {
        SyntheticDigits train = new(2_000), validation = new(500, split: MnistSplit.Test);
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
        using CancellationTokenSource cancellation = new();
        TrainerOptions options = new() { Epochs = 1_000 };
        CancelAtFirstReport progress = new(cancellation);
        int caller = Environment.CurrentManagedThreadId;

        // snippet: async
        Task<FitResult> training = new Trainer(options, [new ProgressReporter(progress)]).FitAsync(model, train, validation, cancellation.Token);
        FitResult fit = await training; // canceled: StopReason.Canceled, no exception
        // end
        Assert.Equal(StopReason.Canceled, fit.StopReason);
        Assert.NotEqual(caller, progress.Thread);
        Assert.NotEqual(Environment.CurrentManagedThreadId, progress.Thread);
        Assert.Equal(10, fit.History.Steps.Count);
    }

    [Fact]
    public void A_lambda_is_enough_for_one_hook()
    {
        SyntheticDigits train = new(500);
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
        List<double> losses = [];

        // snippet: lambda
        LambdaCallback callback = new() { StepEnd = (context, step) => losses.Add(step.Loss) };
        new Trainer(new TrainerOptions { Epochs = 1 }, [callback]).Fit(model, train);
        // end
        Assert.Equal(4, losses.Count);
    }

    private sealed class CancelAtFirstReport(CancellationTokenSource cancellation) : IProgress<TrainingProgress>
    {
        public int Thread { get; private set; }

        public void Report(TrainingProgress value)
        {
            Thread = Environment.CurrentManagedThreadId;
            cancellation.Cancel();
        }
    }
}
