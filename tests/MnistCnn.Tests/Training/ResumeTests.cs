using System.Security.Cryptography;
using MnistCnn.Batches;
using MnistCnn.Tests.Training.Steps;
using MnistCnn.Training.Callbacks;
using static TorchSharp.torch;

namespace MnistCnn.Tests.Training;

/// <summary>A run that is interrupted and resumed ends with the same bits as one that is not.</summary>
[Collection(nameof(AloneInTheProcess))]
public sealed class ResumeTests : IDisposable
{
    /// <summary>The recipe whose steps run wholly over the kernels.</summary>
    private const string Kernels = "kernels";

    private readonly TemporaryFolder folder = new();

    private string Checkpoint => Path.Combine(folder.Root, "last.ckpt");

    public static TheoryData<string, long> Stops
    {
        get
        {
            TheoryData<string, long> cases = [];
            foreach (string recipe in new[] { "adam", "everything", "momentum", "bfloat16", Kernels })
            {
                long[] stops = recipe is "everything" or Kernels ? [1, 3, 4, 8, 9, 17, 25] : [1, 2, 3, 4, 6, 9];
                foreach (long stop in stops)
                {
                    cases.Add(recipe, stop);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Stops))]
    public void Stopping_after_any_step_and_resuming_gives_the_same_bits(string recipe, long stop)
    {
        if (recipe == "bfloat16")
        {
            BFloat16.SkipUnlessSupported();
        }

        TrainerOptions options = Options(recipe);
        Func<nn.Module<Tensor, Tensor>> create = recipe == Kernels ? () => new CnnClassifier(new CnnClassifierOptions { Seed = 1 }) : Model;
        (string expected, FitResult whole) = Train(create, options);
        Train(create, options, new LambdaCallback
        {
            StepEnd = (context, _) =>
            {
                if (context.GlobalStep == stop)
                {
                    context.SaveCheckpoint(Checkpoint);
                    context.RequestStop("interrupted");
                }
            },
        });
        (string resumed, FitResult rest) = Train(create, options with { ResumeFrom = Checkpoint });
        Assert.Equal(expected, resumed);
        Assert.Equal(whole.History.Steps, rest.History.Steps);
        Assert.Equal(whole.History.Epochs.Select(e => (e.Epoch, e.Loss, e.Accuracy, e.Count)),
            rest.History.Epochs.Select(e => (e.Epoch, e.Loss, e.Accuracy, e.Count)));
        Assert.Equal(whole.History.Validations.Select(v => (v.GlobalStep, v.Result.Loss)), rest.History.Validations.Select(v => (v.GlobalStep, v.Result.Loss)));
    }

    [Fact]
    public void Canceling_saving_at_the_end_and_resuming_gives_the_same_bits()
    {
        TrainerOptions options = Options("everything");
        (string expected, _) = Train(options);
        using CancellationTokenSource source = new();
        using TinyModel model = Model();
        LambdaCallback cancel = new() { StepStart = context => (context.GlobalStep == 5 ? source : null)?.Cancel() };
        FitResult canceled = new Trainer(options, [cancel, new ModelCheckpoint(folder.Root)])
            .Fit(model, TrainingData.Train, TrainingData.Validation, source.Token);
        Assert.Equal(StopReason.Canceled, canceled.StopReason);
        (string resumed, _) = Train(options with { ResumeFrom = Checkpoint });
        Assert.Equal(expected, resumed);
    }

    [Fact]
    public void A_checkpoint_of_a_finished_run_resumes_into_a_finished_run()
    {
        TrainerOptions options = Options("everything");
        (string expected, _) = Train(options, new ModelCheckpoint(folder.Root));
        (string resumed, FitResult result) = Train(options with { ResumeFrom = Checkpoint });
        Assert.Equal(expected, resumed);
        Assert.Equal(StopReason.Completed, result.StopReason);
    }

    [Fact]
    public void Epochs_may_be_added_where_the_schedule_does_not_depend_on_them()
    {
        TrainerOptions options = Options("adam");
        (string expected, _) = Train(options with { Epochs = 6 });
        Train(options, new ModelCheckpoint(folder.Root));
        (string resumed, _) = Train(options with { Epochs = 6, ResumeFrom = Checkpoint });
        Assert.Equal(expected, resumed);
    }

    /// <summary>A validation comes after the second step of each epoch; none after the first is an improvement.</summary>
    [Theory]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(9)]
    [InlineData(13)]
    public void Callbacks_go_on_with_their_state(int interruptedAt)
    {
        TrainerOptions options = Options("adam") with { Epochs = 12 };
        ITrainerCallback[] Callbacks() => [new EarlyStopping(8, minDelta: 10), new ReduceLearningRateOnPlateau(0.5, patience: 2, minDelta: 10)];
        (string expected, FitResult whole) = Train(options, Callbacks());
        Assert.Equal(StopReason.EarlyStopped, whole.StopReason);
        Assert.True(whole.History.Steps.Select(step => step.LearningRate).Distinct().Count() >= 3);
        Assert.True(whole.History.Steps.Count > interruptedAt);
        LambdaCallback interrupt = new()
        {
            StepEnd = (context, step) => _ = step.GlobalStep == interruptedAt ? throw new InvalidOperationException("interrupted") : context,
        };
        Assert.Throws<TrainerCallbackException>(() => Train(options, [.. Callbacks(), interrupt, new ModelCheckpoint(folder.Root)]));
        (string resumed, FitResult rest) = Train(options with { ResumeFrom = Checkpoint }, Callbacks());
        Assert.Equal(expected, resumed);
        Assert.Equal((whole.StopReason, whole.StopMessage), (rest.StopReason, rest.StopMessage));
        Assert.Equal(whole.History.Steps, rest.History.Steps);
    }

    [Fact]
    public void What_a_callback_draws_at_random_is_the_same_after_a_resume()
    {
        TrainerOptions options = OptionRun.Options("plain") with { Epochs = 3 };
        List<float> Draws(TrainerOptions options, int stop)
        {
            List<float> draws = [];
            OptionRun.Hash("plain", options, new LambdaCallback
            {
                StepEnd = (context, step) =>
                {
                    using Tensor drawn = rand(1);
                    draws.Add(drawn.item<float>());
                    if (step.GlobalStep == stop)
                    {
                        context.SaveCheckpoint(Checkpoint);
                        context.RequestStop("interrupted");
                    }
                },
            });
            return draws;
        }

        List<float> whole = Draws(options, stop: 0), first = Draws(options, stop: 5), rest = Draws(options with { ResumeFrom = Checkpoint }, stop: 0);
        Assert.Equal(12, whole.Distinct().Count());
        Assert.Equal(whole, [.. first, .. rest]);
    }

    public void Dispose() => folder.Dispose();

    internal static TrainerOptions Options(string recipe) => recipe switch
    {
        "adam" => TrainingData.Options with { Epochs = 4 },
        "momentum" => TrainingData.Options with
        {
            Optimizer = (p, lr) => optim.SGD(p, lr, momentum: 0.9),
            GradientAccumulation = 2,
            Epochs = 5,
            GradientClipNorm = 0.5
        },
        "bfloat16" => TrainingData.Options with { Precision = TrainingPrecision.BFloat16Mixed, Epochs = 4 },
        Kernels => Options("everything") with { GradientClipValue = null, LearningRate = 0.001 },
        _ => TrainingData.Options with
        {
            // Long enough for three averages, the first of which is a copy.
            Epochs = 9,
            Transforms = [new RandomAffine()],
            EmaDecay = 0.9,
            Schedule = LearningRateSchedule.OneCycle(),
            WeightDecay = 0.01,
            Loss = Loss.CrossEntropy(0.1),
            GradientClipValue = 0.1,
        },
    };

    private static TinyModel Model() => new(dropout: 0.3);

    private static (string Sha256, FitResult Result) Train(TrainerOptions options, params ITrainerCallback[] callbacks) => Train(Model, options, callbacks);

    private static (string Sha256, FitResult Result) Train(Func<nn.Module<Tensor, Tensor>> create, TrainerOptions options, params ITrainerCallback[] callbacks)
    {
        using nn.Module<Tensor, Tensor> model = create();
        FitResult result = new Trainer(options, callbacks).Fit(model, TrainingData.Train, TrainingData.Validation);
        return (Convert.ToHexString(SHA256.HashData(TrainingData.Weights(model))), result);
    }
}
