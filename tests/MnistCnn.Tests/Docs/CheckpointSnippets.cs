using MnistCnn.Training.Callbacks;

namespace MnistCnn.Tests.Docs;

public sealed class CheckpointSnippets
{
    [Fact]
    public void A_canceled_run_goes_on_where_it_stopped()
    {
        SyntheticDigits train = new(1_000), validation = new(200, split: MnistSplit.Test);
        using TemporaryFolder temporary = new();
        string folder = temporary.Root;
        using CancellationTokenSource cancellation = new();
        LambdaCallback cancel = new() { EpochEnd = (_, _) => cancellation.Cancel() };

        // snippet: save
        ModelCheckpoint checkpoint = new(folder) { KeepBest = 2, EverySteps = 500 };
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
        TrainerOptions options = new() { Epochs = 3, Seed = 1 };
        FitResult fit = new Trainer(options, [checkpoint, cancel]).Fit(model, train, validation, cancellation.Token);
        // end
        Assert.Equal(StopReason.Canceled, fit.StopReason);

        // snippet: resume
        using CnnClassifier again = new();
        FitResult rest = new Trainer(options with { ResumeFrom = checkpoint.LastPath }, [new ModelCheckpoint(folder)]).Fit(again, train, validation);
        // end
        Assert.Equal(StopReason.Completed, rest.StopReason);
        Assert.Equal(3, rest.History.Epochs.Count);

        // snippet: open
        using CnnClassifier best = CnnClassifier.Load(rest.BestCheckpoint!);
        CnnPredictor predictor = CnnPredictor.Load(rest.BestCheckpoint!); // without libtorch
        // end
        Assert.Equal(rest.BestValidation!.Result.Accuracy, new Trainer(options).Evaluate(best, validation).Accuracy);
        Assert.Equal(28, predictor.Height);

        SyntheticDigits letters = train;
        // snippet: begin
        ModelCheckpoint weights = new(folder) { WeightsOnly = true };
        using CnnClassifier other = new(new CnnClassifierOptions { ClassCount = 26 });
        new Trainer(new TrainerOptions { Epochs = 1, LearningRate = 0.0001, InitialWeights = rest.BestCheckpoint }, [weights]).Fit(other, letters, validation);
        // end
        Assert.True(File.Exists(temporary["last.safetensors"]));
    }
}
