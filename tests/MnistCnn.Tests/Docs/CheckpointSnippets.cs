using MnistCnn.Data;
using MnistCnn.Models;
using MnistCnn.Training;
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
    }
}
