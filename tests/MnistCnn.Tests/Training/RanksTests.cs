using MnistCnn.Batches;
using MnistCnn.Training;
using MnistCnn.Training.Callbacks;

namespace MnistCnn.Tests.Training;

public sealed class RanksTests : IDisposable
{
    private readonly AbsentRank ranks = new();

    [Fact]
    public void A_step_takes_one_exchange_an_epoch_one_more_and_a_run_two_more()
    {
        FitResult fit = Fit(withValidation: false);
        Assert.Equal(fit.History.Steps.Count, ranks.Means);
        Assert.Equal(fit.History.Epochs.Count + 2, ranks.Sums);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_rank_trains_on_every_second_image_of_each_batch(bool transformed)
    {
        // 80 images in batches of 32, 32 and 16: a process alone sees all, and rank 0 of two those at even places.
        List<float[][]> all = Seen(null), half = Seen(ranks);
        Assert.Equal([32, 32, 16], all.Select(batch => batch.Length));
        Assert.Equal(all.Select(batch => batch.Where((_, i) => i % 2 == 0)), half);

        List<float[][]> Seen(ICollective? collective)
        {
            List<float[][]> seen = [];
            using TinyModel model = new()
            {
                OnInput = images => seen.Add([.. images.data<float>().ToArray().Chunk(784)]),
            };
            TrainerOptions options = TrainingData.Options with { Epochs = 1, Transforms = transformed ? [new RandomAffine()] : [], Collective = collective };
            new Trainer(options).Fit(model, TrainingData.Train);
            return [.. seen.TakeLast(3)];
        }
    }

    [Fact]
    public void A_stop_that_a_callback_requests_takes_effect_after_its_step()
    {
        List<string> hooks = [];
        RecordingCallback callback = new(then: (hook, context) =>
        {
            if (hook == "StepEnd 2")
            {
                context.RequestStop("Enough.");
            }
        })
        { Hooks = hooks };
        FitResult fit = Fit(withValidation: false, callback);
        Assert.Equal((StopReason.RequestedByCallback, 2), (fit.StopReason, fit.History.Steps.Count));
        Assert.Equal(["StepEnd 2", "FitEnd RequestedByCallback"], hooks.TakeLast(2));
    }

    [Fact]
    public void A_limit_on_steps_is_met_exactly()
    {
        using TinyModel model = new();
        FitResult fit = new Trainer(TrainingData.Options with { MaxSteps = 2, Schedule = LearningRateSchedule.OneCycle(), Collective = ranks })
            .Fit(model, TrainingData.Train);
        Assert.Equal((StopReason.LimitReached, 2), (fit.StopReason, fit.History.Steps.Count));
    }

    [Fact]
    public void The_other_ranks_are_given_up_before_the_hooks_that_end_a_failed_run()
    {
        bool faulted = false;
        LambdaCallback callback = new()
        {
            StepEnd = (_, _) => throw new InvalidOperationException("broken"),
            Exception = (_, _) => faulted = ranks.Faults.Count > 0,
        };
        TrainerCallbackException e = Assert.Throws<TrainerCallbackException>(() => Fit(withValidation: false, callback));
        Assert.True(faulted);
        Assert.Same(e, ranks.Faults[0]);
    }

    [Fact]
    public void A_callback_of_the_first_rank_may_not_validate_nor_set_the_learning_rate()
    {
        LambdaCallback validating = new() { IsForFirstRank = true, StepEnd = (context, _) => context.Validate() };
        LambdaCallback setting = new() { IsForFirstRank = true, StepEnd = (context, _) => context.LearningRate = 1 };
        Assert.StartsWith("Validate: expected a callback that every rank calls",
            Assert.Throws<TrainerCallbackException>(() => Fit(true, validating)).InnerException!.Message, StringComparison.Ordinal);
        Assert.StartsWith("LearningRate: expected a callback that every rank calls",
            Assert.Throws<TrainerCallbackException>(() => Fit(true, setting)).InnerException!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_callback_of_the_first_rank_may_follow_the_validation_of_another()
    {
        int validations = 0;
        Fit(withValidation: true, new LambdaCallback { IsForFirstRank = true, ValidationEnd = (_, _) => validations++ });
        Assert.Equal(3, validations);
    }

    public void Dispose() => ranks.Dispose();

    private FitResult Fit(bool withValidation, params ITrainerCallback[] callbacks)
    {
        using TinyModel model = new();
        return new Trainer(TrainingData.Options with { Collective = ranks }, callbacks)
            .Fit(model, TrainingData.Train, withValidation ? TrainingData.Validation : null);
    }
}
