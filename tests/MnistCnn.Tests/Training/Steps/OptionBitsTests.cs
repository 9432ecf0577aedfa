using MnistCnn.Training.Callbacks;

namespace MnistCnn.Tests.Training.Steps;

/// <summary>Which bits a run on the engine ends with, for each option.</summary>
public sealed class OptionBitsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string, int> Stops
    {
        get
        {
            TheoryData<string, int> stops = [];
            foreach (string option in OptionRun.All.Select(row => row.Data))
            {
                // The first step, one in the middle of an epoch, and the last of one.
                foreach (int stop in new[] { 1, 6, 8 })
                {
                    stops.Add(option, stop);
                }
            }

            return stops;
        }
    }

    [Theory]
    [MemberData(nameof(OptionRun.All), MemberType = typeof(OptionRun))]
    public void One_to_four_threads_end_with_the_same_bits_after_200_steps(string option)
    {
        TrainerOptions options = OptionRun.Options(option);
        string[] hashes = [.. Enumerable.Range(1, 4).Select(threads => OptionRun.Hash(option, options with { Threads = threads }))];

        Assert.Single(hashes.Distinct());
    }

    [Theory]
    [MemberData(nameof(Stops))]
    public void Stopping_after_a_step_and_resuming_ends_with_the_same_bits(string option, int stop)
    {
        TrainerOptions options = OptionRun.Options(option) with { Epochs = 3 };
        string path = folder["last.ckpt"];
        string expected = OptionRun.Hash(option, options);
        OptionRun.Hash(option, options, new LambdaCallback
        {
            StepEnd = (context, _) =>
            {
                if (context.GlobalStep == stop)
                {
                    context.SaveCheckpoint(path);
                    context.RequestStop("interrupted");
                }
            },
        });

        Assert.Equal(expected, OptionRun.Hash(option, options with { ResumeFrom = path }));
    }

    [Theory]
    [InlineData("accumulation")]
    [InlineData("everything")]
    public void A_run_that_is_canceled_inside_an_accumulation_group_resumes_with_the_same_bits(string option)
    {
        TrainerOptions options = OptionRun.Options(option) with { Epochs = 3 };
        string expected = OptionRun.Hash(option, options);
        using CancellationTokenSource source = new();
        using CnnClassifier model = OptionRun.Model(option);
        CancelingDataset data = new(OptionRun.Train, source);
        LambdaCallback begin = new() { StepStart = context => data.Cancels = context.GlobalStep == 8 };
        FitResult canceled = new Trainer(options, [begin, new ModelCheckpoint(folder.Root)]).Fit(model, data, cancellationToken: source.Token);

        Assert.Equal((StopReason.Canceled, 7), (canceled.StopReason, canceled.History.Steps.Count));
        Assert.Equal(expected, OptionRun.Hash(option, options with { ResumeFrom = folder["last.ckpt"] }));
    }

    [Theory]
    [MemberData(nameof(OptionRun.All), MemberType = typeof(OptionRun))]
    public void A_callback_that_only_looks_leaves_the_bits_as_they_are(string option)
    {
        TrainerOptions options = OptionRun.Options(option) with { Epochs = 5 };
        int steps = 0;
        LambdaCallback reader = new()
        {
            BeforeOptimizerStep = context => Assert.All(context.Model.parameters(), p => Assert.Equal(p.requires_grad, p.grad is not null)),
            StepEnd = (context, _) =>
            {
                steps++;
                Assert.All(context.Model.parameters(), p => Assert.Null(p.grad));
                Assert.NotEmpty(TrainingData.Weights(context.Model));
            },
        };

        Assert.Equal(OptionRun.Hash(option, options), OptionRun.Hash(option, options, reader));
        Assert.Equal(20, steps);
    }

    [Fact]
    public void Options_end_with_bits_of_their_own()
    {
        IEnumerable<IGrouping<string, string>> equal = OptionRun.All.Select(row => row.Data)
            .GroupBy(option => OptionRun.Hash(option, OptionRun.Options(option) with { Epochs = 3 })).Where(group => group.Count() > 1);
        Assert.Equal(["plain, gradients are read", "adamw, decay"], equal.Select(group => string.Join(", ", group)));
    }

    public void Dispose() => folder.Dispose();
}
