using MnistCnn.Training;
using MnistCnn.Training.Callbacks;
using static TorchSharp.torch;

namespace MnistCnn.Tests.Training;

/// <summary>Which hooks a callback has, and what it sees in them.</summary>
public sealed class CallbackHooksTests
{
    private static readonly string[] All =
    [
        "OnFitStart", "OnEpochStart", "OnStepStart", "OnBeforeOptimizerStep", "OnStepEnd", "OnValidationStart", "OnValidationEnd", "OnEpochEnd", "OnException",
        "OnFitEnd",
    ];

    [Fact]
    public void Only_overridden_hooks_are_implemented()
    {
        Assert.Empty(HooksOf(new Nothing()));
        Assert.Equal(All, HooksOf(new RecordingCallback()));
        Assert.Equal(["OnStepEnd"], HooksOf(new CountsSteps()));
        Assert.Equal(["OnStepEnd", "OnFitEnd"], HooksOf(new CountsStepsAndEnds()));
    }

    [Fact]
    public void Hooks_of_the_bare_interface_are_found_whether_public_or_explicit()
    {
        Assert.Empty(HooksOf(new NothingOfTheInterface()));
        Assert.Equal(["OnEpochStart", "OnValidationEnd"], HooksOf(new SomeOfTheInterface()));
    }

    [Fact]
    public void An_empty_callback_costs_no_call_no_step_result_and_no_gradients()
    {
        CallbackList list = new([new Nothing(), new NothingOfTheInterface(), new LambdaCallback()], new ListLogger());
        Assert.Equal((false, false), (list.WantSteps, list.WantGradients));
    }

    [Fact]
    public void An_override_that_calls_the_base_is_called_at_every_step()
    {
        CountsSteps counting = new();
        using TinyModel model = new();
        new Trainer(TrainingData.Options, [counting]).Fit(model, TrainingData.Train);
        Assert.Equal(6, counting.Steps);
    }

    [Theory]
    [InlineData("engine")]
    [InlineData("libtorch")]
    [InlineData("bfloat16")]
    public void Gradients_are_those_of_the_step_before_the_optimizer_and_null_in_every_other_hook(string path)
    {
        if (path == "bfloat16")
        {
            BFloat16.SkipUnlessSupported();
        }

        using nn.Module<Tensor, Tensor> model = path == "engine" ? new CnnClassifier(new CnnClassifierOptions { Seed = 1 }) : new TinyModel();
        foreach (Tensor parameter in model.parameters())
        {
            parameter.grad = ones_like(parameter); // of somebody's own backward pass
        }

        List<string> seen = [];
        HashSet<double> norms = [];
        RecordingCallback spy = new(then: (hook, context) =>
        {
            Tensor? gradient = context.Model.parameters().First().grad;
            seen.Add(hook.Split(' ')[0] + (gradient is null ? "" : " has gradients"));
            if (gradient is not null)
            {
                norms.Add(gradient.to_type(ScalarType.Float64).norm().item<double>());
            }
        });
        TrainerOptions options = TrainingData.Options with { Precision = path == "bfloat16" ? TrainingPrecision.BFloat16Mixed : TrainingPrecision.Float32 };
        new Trainer(options, [spy]).Fit(model, TrainingData.Train, TrainingData.Validation);
        Assert.Equal(6, norms.Count);
        Assert.Equal(["BeforeOptimizerStep has gradients"], seen.Where(hook => hook.Contains("gradients", StringComparison.Ordinal)).Distinct());
        Assert.Equal(6, seen.Count(hook => hook == "BeforeOptimizerStep has gradients"));
    }

    private static IEnumerable<string> HooksOf(ITrainerCallback callback) => All.Where(callback.Implements);

    private sealed class Nothing : TrainerCallback;

    private class CountsSteps : TrainerCallback
    {
        public int Steps { get; private set; }

        public override void OnStepEnd(TrainerContext context, StepResult step)
        {
            base.OnStepEnd(context, step);
            Steps++;
        }
    }

    private sealed class CountsStepsAndEnds : CountsSteps
    {
        public override void OnFitEnd(TrainerContext context, FitResult result) => base.OnFitEnd(context, result);
    }

    private sealed class NothingOfTheInterface : ITrainerCallback;

    private sealed class SomeOfTheInterface : ITrainerCallback
    {
        public void OnEpochStart(TrainerContext context)
        {
        }

        void ITrainerCallback.OnValidationEnd(TrainerContext context, EvaluationResult result)
        {
        }
    }
}
