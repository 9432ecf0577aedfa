namespace MnistCnn.Tests.Training;

/// <summary>Which hook fires when, under every way in which a run can end.</summary>
public sealed class HookOrderTests
{
    [Fact]
    public void A_completed_run_calls_every_hook_in_the_documented_order()
    {
        RecordingCallback recorder = new();
        Fit(recorder);
        Assert.Equal(["FitStart", .. Epoch(1), .. Epoch(2), "ValidationStart", "ValidationEnd", "FitEnd Completed"], recorder.Hooks);
    }

    [Fact]
    public void A_run_without_validation_data_calls_no_validation_hook()
    {
        RecordingCallback recorder = new();
        using TinyModel model = new();
        new Trainer(TrainingData.Options with { Epochs = 1 }, [recorder]).Fit(model, TrainingData.Train);
        Assert.DoesNotContain(recorder.Hooks, hook => hook.StartsWith("Validation", StringComparison.Ordinal));
    }

    [Fact]
    public void Callbacks_are_called_in_their_order_and_torn_down_in_reverse()
    {
        List<string> hooks = [];
        Fit(new RecordingCallback("a ") { Hooks = hooks }, new RecordingCallback("b ") { Hooks = hooks });
        Assert.Equal(["a FitStart", "b FitStart", "a EpochStart 1", "b EpochStart 1"], hooks[..4]);
        Assert.Equal(["b FitEnd Completed", "a FitEnd Completed"], hooks[^2..]);
    }

    [Theory]
    [InlineData("FitStart")]
    [InlineData("EpochStart 1", "FitStart")]
    [InlineData("StepEnd 1", "FitStart", "EpochStart 1", "StepStart 1", "BeforeOptimizerStep 1")]
    [InlineData("ValidationStart", "FitStart", "EpochStart 1", "StepStart 1", "BeforeOptimizerStep 1", "StepEnd 1", "StepStart 2", "BeforeOptimizerStep 2")]
    public void A_requested_stop_ends_the_run_after_the_hook_or_the_step_under_way(string at, params string[] before)
    {
        RecordingCallback recorder = new(then: (hook, context) =>
        {
            if (hook == at)
            {
                context.RequestStop("enough");
            }
        });
        FitResult result = Fit(recorder);
        string[] after = at switch
        {
            "FitStart" or "EpochStart 1" => [],
            "StepEnd 1" => ["ValidationStart", "ValidationEnd"],
            _ => ["ValidationEnd", "StepEnd 2"],
        };
        Assert.Equal([.. before, at, .. after, "FitEnd RequestedByCallback"], recorder.Hooks);
        Assert.Equal((StopReason.RequestedByCallback, "enough"), (result.StopReason, result.StopMessage));
    }

    [Fact]
    public void A_stop_in_the_last_step_of_an_epoch_still_ends_that_epoch()
    {
        RecordingCallback recorder = new(then: (hook, context) =>
        {
            if (hook == "StepEnd 3")
            {
                context.RequestStop("enough");
            }
        });
        FitResult result = Fit(recorder);
        Assert.Equal(["FitStart", .. Epoch(1), "ValidationStart", "ValidationEnd", "FitEnd RequestedByCallback"], recorder.Hooks);
        Assert.Single(result.History.Epochs);
    }

    [Theory]
    [InlineData("StepStart 2", "BeforeOptimizerStep 2", "ValidationStart", "StepEnd 2")]
    [InlineData("StepEnd 1")]
    [InlineData("FitStart")]
    public void A_canceled_run_ends_after_the_step_under_way_and_a_validation_is_given_up(string at, params string[] after)
    {
        using CancellationTokenSource source = new();
        RecordingCallback recorder = new(then: (hook, _) =>
        {
            if (hook == at)
            {
                source.Cancel();
            }
        });
        using TinyModel model = new();
        FitResult result = new Trainer(TrainingData.Options, [recorder]).Fit(model, TrainingData.Train, TrainingData.Validation, source.Token);
        Assert.Equal(StopReason.Canceled, result.StopReason);
        Assert.Equal([at, .. after, "FitEnd Canceled"], recorder.Hooks[^(after.Length + 2)..]);
        Assert.Empty(result.History.Validations);
        Assert.False(model.training);
    }

    [Fact]
    public void A_loss_that_is_not_finite_ends_the_run_before_the_update()
    {
        using TinyModel model = new();
        RecordingCallback recorder = new(then: (hook, _) => model.OnForward = hook == "StepStart 2" ? logits => logits * double.NaN : null);
        FitResult result = new Trainer(TrainingData.Options, [recorder]).Fit(model, TrainingData.Train, TrainingData.Validation);
        Assert.Equal(["StepStart 1", "BeforeOptimizerStep 1", "StepEnd 1", "StepStart 2", "FitEnd NonFiniteLoss"], recorder.Hooks[^5..]);
        Assert.Contains("epoch 1, step 2", result.StopMessage, StringComparison.Ordinal);
        Assert.Single(result.History.Steps);
        Assert.All(model.parameters(), p => Assert.True(p.isfinite().all().item<bool>()));
    }

    [Fact]
    public void An_exception_calls_OnException_and_then_OnFitEnd_of_every_callback_in_reverse()
    {
        List<string> hooks = [];
        InvalidOperationException cause = new("broken");
        RecordingCallback bad = new("bad ", (hook, _) =>
        {
            if (hook == "StepEnd 1")
            {
                throw cause;
            }
        })
        { Hooks = hooks };
        RecordingCallback good = new("good ") { Hooks = hooks };
        TrainerCallbackException thrown = Assert.Throws<TrainerCallbackException>(() => Fit(good, bad));
        Assert.Equal(("RecordingCallback", "OnStepEnd"), (thrown.Callback, thrown.Hook));
        Assert.Same(cause, thrown.InnerException);
        Assert.Contains("RecordingCallback failed in OnStepEnd: broken", thrown.Message, StringComparison.Ordinal);
        Assert.Equal(["bad StepEnd 1", "bad Exception", "good Exception", "bad FitEnd Failed", "good FitEnd Failed"], hooks[^5..]);
        Assert.Same(thrown, good.Exception);
    }

    [Fact]
    public void A_step_limit_ends_the_run_after_that_step()
    {
        RecordingCallback recorder = new();
        using TinyModel model = new();
        FitResult result = new Trainer(TrainingData.Options with { MaxSteps = 4 }, [recorder]).Fit(model, TrainingData.Train);
        Assert.Equal(["EpochStart 2", "StepStart 1", "BeforeOptimizerStep 1", "StepEnd 1", "FitEnd LimitReached"], recorder.Hooks[^5..]);
        Assert.Equal(4, result.History.Steps.Count);
    }

    private static IEnumerable<string> Epoch(int epoch) =>
    [
        $"EpochStart {epoch}",
        "StepStart 1", "BeforeOptimizerStep 1", "StepEnd 1",
        "StepStart 2", "BeforeOptimizerStep 2", "ValidationStart", "ValidationEnd", "StepEnd 2",
        "StepStart 3", "BeforeOptimizerStep 3", "StepEnd 3",
        $"EpochEnd {epoch}",
    ];

    private static FitResult Fit(params ITrainerCallback[] callbacks)
    {
        using TinyModel model = new();
        return new Trainer(TrainingData.Options, callbacks).Fit(model, TrainingData.Train, TrainingData.Validation);
    }
}
