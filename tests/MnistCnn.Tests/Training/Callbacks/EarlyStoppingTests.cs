using MnistCnn.Training.Callbacks;

namespace MnistCnn.Tests.Training.Callbacks;

public sealed class EarlyStoppingTests
{
    [Fact]
    public void It_ends_the_run_after_so_many_validations_without_improvement()
    {
        FitResult result = Fit([5, 4, 4, 4, 3, 2, 1], new EarlyStopping(patience: 2, monitor: Scripted));
        Assert.Equal((StopReason.EarlyStopped, 4), (result.StopReason, result.History.Validations.Count));
        Assert.Equal("scripted has not improved on 4 for 2 validations.", result.StopMessage);
    }

    [Fact]
    public void An_improvement_starts_the_count_again()
    {
        FitResult result = Fit([5, 5, 4, 4, 3, 3, 2], new EarlyStopping(patience: 2, monitor: Scripted));
        Assert.Equal((StopReason.Completed, 7), (result.StopReason, result.History.Validations.Count));
    }

    [Fact]
    public void Changes_below_the_least_one_are_no_improvement()
    {
        FitResult result = Fit([5, 4.9, 4.8, 4.7, 4.6], new EarlyStopping(patience: 3, minDelta: 0.5, monitor: Scripted));
        Assert.Equal(4, result.History.Validations.Count);
    }

    [Fact]
    public void NaN_is_no_improvement() =>
        Assert.Equal(3, Fit([5, double.NaN, double.NaN, 1], new EarlyStopping(patience: 2, monitor: Scripted)).History.Validations.Count);

    [Theory]
    [InlineData("stop")]
    [InlineData("cancel")]
    [InlineData("exception")]
    [InlineData("NaN")]
    public void The_weights_of_the_best_validation_are_restored_however_the_run_ends(string ending)
    {
        using TinyModel model = new();
        using CancellationTokenSource source = new();
        byte[] best = [];
        double[] Script = [5, 3, 4, 4, 4, 4];
        int validation = 0;
        LambdaCallback spy = new()
        {
            ValidationEnd = (context, _) => best = validation == 2 ? TrainingData.Weights(context.Model) : best,
            StepStart = context =>
            {
                switch (context.GlobalStep == 12 ? ending : "")
                {
                    case "cancel": source.Cancel(); break;
                    case "exception": throw new InvalidOperationException("broken");
                    case "NaN": model.OnForward = logits => logits * double.NaN; break;
                }
            },
        };
        EarlyStopping stopping = new(patience: 3, monitor: new MonitoredValue("scripted", false, _ => Script[Math.Min(validation++, 5)]));
        Exception? thrown = Record.Exception(() => new Trainer(TrainingData.Options with { Epochs = 9, ValidateEveryEpochs = 1 }, [stopping, spy])
            .Fit(model, TrainingData.Train, TrainingData.Validation, source.Token));
        Assert.Equal(ending == "exception", thrown is TrainerCallbackException);
        Assert.NotEmpty(best);
        Assert.Equal(best, TrainingData.Weights(model));
        Assert.Equal(3, stopping.Best);
    }

    [Fact]
    public void Without_validation_data_it_says_so()
    {
        using TinyModel model = new();
        TrainerCallbackException thrown = Assert.Throws<TrainerCallbackException>(() =>
            new Trainer(TrainingData.Options, [new EarlyStopping()]).Fit(model, TrainingData.Train));
        Assert.Contains("EarlyStopping: expected validation data", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_instance_starts_afresh_in_each_run()
    {
        EarlyStopping stopping = new(patience: 2, monitor: MonitoredValue.ValidationAccuracy, minDelta: 2);
        for (int run = 0; run < 2; run++)
        {
            using TinyModel model = new();
            FitResult result = new Trainer(TrainingData.Options with { Epochs = 9, ValidateEveryEpochs = 1 }, [stopping])
                .Fit(model, TrainingData.Train, TrainingData.Validation);
            Assert.Equal(3, result.History.Validations.Count);
        }
    }

    private static double[] Script = [];
    private static int Next;

    private static MonitoredValue Scripted { get; } = new("scripted", higherIsBetter: false, _ => Script[Next++]);

    private static FitResult Fit(double[] values, EarlyStopping stopping)
    {
        (Script, Next) = (values, 0);
        using TinyModel model = new();
        return new Trainer(TrainingData.Options with { Epochs = values.Length, ValidateEveryEpochs = 1 }, [stopping])
            .Fit(model, TrainingData.Train, TrainingData.Validation);
    }
}
