using Microsoft.Extensions.Logging;
using MnistCnn.Training.Callbacks;

namespace MnistCnn.Tests.Docs;

public sealed class MigrationSnippets
{
    [Fact]
    public void The_reference_job_in_a_few_lines()
    {
        SyntheticDigits train = new(1_000), validation = new(200, split: MnistSplit.Test);
        using ILoggerFactory loggers = LoggerFactory.Create(_ => { });
        ILogger<StepLogger> logger = loggers.CreateLogger<StepLogger>();

        // snippet: job
        using CnnClassifier net = new(new CnnClassifierOptions { Output = ClassifierOutput.Softmax, Seed = 0 });
        TrainerOptions options = new() { Epochs = 10, BatchSize = 128, LearningRate = 0.00025, ValidateEverySteps = 100 };
        FitResult fit = new Trainer(options, [new StepLogger(logger, everySteps: 100)]).Fit(net, train, validation);
        // end
        Assert.Equal(10, fit.History.Epochs.Count);
    }
}
