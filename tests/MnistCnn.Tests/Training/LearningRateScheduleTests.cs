using MnistCnn.Training.Callbacks;

namespace MnistCnn.Tests.Training;

public sealed class LearningRateScheduleTests
{
    [Fact]
    public void One_cycle_follows_PyTorchs_OneCycleLR()
    {
        // torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=1, total_steps=10, pct_start=0.3, div_factor=25, final_div_factor=1e4), its rate at steps 0 to
        // 9.
        double[] expected = [0.04, 0.52, 1.0, 0.9504846320134737, 0.8117456539497631, 0.6112620219362893, 0.388741978063711, 0.18825834605023702,
            0.04951936798652651, 4e-06];
        LearningRateSchedule schedule = LearningRateSchedule.OneCycle();
        Assert.All(expected, (rate, step) => Assert.Equal(rate, schedule.FactorAt(step, 5, 10), 6));
    }

    [Fact]
    public void Cosine_falls_from_one_to_its_final_factor_after_a_warm_up()
    {
        LearningRateSchedule schedule = LearningRateSchedule.Cosine(finalFactor: 0.1, warmUp: 0.2);
        double[] factors = [.. Enumerable.Range(0, 21).Select(step => schedule.FactorAt(step, 7, 21))];
        Assert.Equal(0.1, factors[^1], 1e-12);
        int peak = Array.IndexOf(factors, factors.Max());
        Assert.Equal(factors[..peak], factors[..peak].Order());
        Assert.Equal(factors[peak..], factors[peak..].OrderDescending());
        Assert.All(factors, factor => Assert.InRange(factor, 0.1, 1));
    }

    [Fact]
    public void Step_multiplies_after_every_so_many_epochs()
    {
        LearningRateSchedule schedule = LearningRateSchedule.Step(everyEpochs: 2, factor: 0.5);
        Assert.Equal([1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25], Enumerable.Range(0, 9).Select(step => schedule.FactorAt(step, 2, 9)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_schedule_gives_a_usable_rate_in_runs_of_few_steps(int totalSteps)
    {
        LearningRateSchedule[] schedules = [LearningRateSchedule.Constant, LearningRateSchedule.Step(1), LearningRateSchedule.Cosine(warmUp: 0.5),
            LearningRateSchedule.OneCycle()];
        foreach (LearningRateSchedule schedule in schedules)
        {
            Assert.All(Enumerable.Range(0, totalSteps), step => Assert.InRange(schedule.FactorAt(step, 1, totalSteps), 0, 1));
        }
    }

    [Fact]
    public void The_rate_of_each_update_is_that_of_the_schedule()
    {
        using TinyModel model = new();
        TrainerOptions options = TrainingData.Options with { Schedule = LearningRateSchedule.OneCycle() };
        FitResult result = new Trainer(options).Fit(model, TrainingData.Train);
        Assert.Equal(Enumerable.Range(0, 6).Select(step => options.LearningRate * options.Schedule.FactorAt(step, 3, 6)),
            result.History.Steps.Select(s => s.LearningRate));
    }

    [Fact]
    public void A_rate_set_by_a_callback_scales_the_schedule_from_there_on()
    {
        using TinyModel model = new();
        LambdaCallback halve = new() { EpochEnd = (context, _) => context.LearningRate /= 2 };
        FitResult result = new Trainer(TrainingData.Options, [halve]).Fit(model, TrainingData.Train);
        Assert.Equal([0.01, 0.01, 0.01, 0.005, 0.005, 0.005], result.History.Steps.Select(s => s.LearningRate));
    }

    [Fact]
    public void Bad_arguments_are_refused_by_name()
    {
        Assert.Equal("warmUp", Assert.Throws<ArgumentOutOfRangeException>(() => LearningRateSchedule.OneCycle(warmUp: 1)).ParamName);
        Assert.Equal("initialDivisor", Assert.Throws<ArgumentOutOfRangeException>(() => LearningRateSchedule.OneCycle(initialDivisor: 0.5)).ParamName);
        Assert.Equal("everyEpochs", Assert.Throws<ArgumentOutOfRangeException>(() => LearningRateSchedule.Step(0)).ParamName);
        Assert.Equal("finalFactor", Assert.Throws<ArgumentOutOfRangeException>(() => LearningRateSchedule.Cosine(double.NaN)).ParamName);
    }
}
