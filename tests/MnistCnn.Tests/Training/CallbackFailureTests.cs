using TorchSharp;

namespace MnistCnn.Tests.Training;

public sealed class CallbackFailureTests
{
    public static TheoryData<string, string> Hooks => new()
    {
        { "FitStart", "OnFitStart" }, { "EpochStart 1", "OnEpochStart" }, { "StepStart 1", "OnStepStart" },
            { "BeforeOptimizerStep 2", "OnBeforeOptimizerStep" },
        { "StepEnd 3", "OnStepEnd" }, { "ValidationStart", "OnValidationStart" }, { "ValidationEnd", "OnValidationEnd" }, { "EpochEnd 1", "OnEpochEnd" },
            { "FitEnd Completed", "OnFitEnd" },
    };

    [Theory]
    [MemberData(nameof(Hooks))]
    public void An_exception_in_any_hook_names_callback_and_hook_and_leaks_no_tensor(string at, string hook)
    {
        using TinyModel model = new();
        RecordingCallback callback = Failing(at);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        TrainerCallbackException thrown = Assert.Throws<TrainerCallbackException>(() => Fit(model, callback));
        Assert.Equal(hook, thrown.Hook);
        Assert.Equal($"broken in {at}", thrown.InnerException!.Message);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.StartsWith("FitEnd", callback.Hooks[^1], StringComparison.Ordinal);
        Assert.False(model.training);
    }

    [Fact]
    public void The_model_can_be_trained_again_after_a_failure()
    {
        using TinyModel model = new();
        Assert.Throws<TrainerCallbackException>(() => Fit(model, Failing("StepEnd 1")));
        Assert.Equal(StopReason.Completed, Fit(model).StopReason);
    }

    [Fact]
    public void An_exception_of_the_model_comes_out_as_it_is_and_hooks_see_it()
    {
        using TinyModel model = new();
        RecordingCallback callback = new(then: (hook, _) => model.OnForward = hook == "StepStart 2" ? _ => throw new NotFiniteNumberException("model") : null);
        NotFiniteNumberException thrown = Assert.Throws<NotFiniteNumberException>(() => Fit(model, callback));
        Assert.Same(thrown, callback.Exception);
        Assert.Equal(StopReason.Failed, callback.Result!.StopReason);
    }

    [Fact]
    public void A_failure_while_a_run_is_being_ended_is_logged_and_hides_nothing()
    {
        ListLogger logger = new();
        using TinyModel model = new();
        RecordingCallback first = Failing("StepEnd 1");
        RecordingCallback second = Failing("FitEnd Failed");
        TrainerCallbackException thrown = Assert.Throws<TrainerCallbackException>(
            () => new Trainer(TrainingData.Options, [first, second], logger).Fit(model, TrainingData.Train));
        Assert.Equal("OnStepEnd", thrown.Hook);
        Assert.Contains(logger.Lines, line => line.Contains("RecordingCallback failed in OnFitEnd", StringComparison.Ordinal));
        Assert.Equal("FitEnd Failed", first.Hooks[^1]);
    }

    private static RecordingCallback Failing(string at) => new(then: (hook, _) =>
    {
        if (hook == at)
        {
            throw new InvalidOperationException($"broken in {at}");
        }
    });

    private static FitResult Fit(TinyModel model, params ITrainerCallback[] callbacks) =>
        new Trainer(TrainingData.Options, callbacks).Fit(model, TrainingData.Train, TrainingData.Validation);
}
