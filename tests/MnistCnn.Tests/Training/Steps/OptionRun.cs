using System.Security.Cryptography;
using MnistCnn.Batches;
using MnistCnn.Training.Callbacks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistCnn.Tests.Training.Steps;

/// <summary>A short run of the classifier on the engine with one option, 4 steps an epoch.</summary>
internal static class OptionRun
{
    /// <summary>The options by name: each is one that the engine computes.</summary>
    public static TheoryData<string> All =>
    [
        "plain", "softmax", "smoothing", "class weights", "clip value", "clip norm", "accumulation", "average", "adam", "adamw", "decay", "sgd", "momentum",
        "nesterov", "foreign optimizer", "frozen", "thawed", "gradients are read",
        "gradients are changed", "schedule", "groups", "transform", "everything",
    ];

    public static IMnistDataset Train { get; } = new SyntheticDigits(280, seed: 1);

    /// <summary>Weights from a seed, with the output and the frozen layers that the option asks for.</summary>
    public static CnnClassifier Model(string option, bool kernels = true)
    {
        CnnClassifier model = new(new CnnClassifierOptions
        {
            Seed = 1,
            UseKernels = kernels,
            Output = option == "softmax" ? ClassifierOutput.Softmax : ClassifierOutput.Logits
        });
        foreach (Parameter parameter in model.named_parameters().Where(p => option == "frozen" && p.name.StartsWith("conv1", StringComparison.Ordinal))
            .Select(p => p.parameter))
        {
            parameter.requires_grad = false;
        }

        return model;
    }

    public static TrainerOptions Options(string option)
    {
        TrainerOptions options = new() { Epochs = 50, BatchSize = 70, LearningRate = 0.001, Device = CPU, Threads = 2 };
        return option switch
        {
            "smoothing" => options with { Loss = Loss.CrossEntropy(0.1) },
            "class weights" => options with { Loss = Loss.CrossEntropy(0.1, [1, 2, 0, 0.5, 1, 1, 3, 1, 1, 0.25]) },
            "clip value" => options with { GradientClipValue = 0.003 },
            "clip norm" => options with { GradientClipNorm = 0.2 },
            "accumulation" => options with { BatchSize = 35, GradientAccumulation = 2 },
            "average" => options with { EmaDecay = 0.9 },
            "adam" => options with { Optimizer = (p, lr) => optim.Adam(p, lr, beta1: 0.8, beta2: 0.99, eps: 1e-6, weight_decay: 0.01) },
            "adamw" => options with { Optimizer = (p, lr) => optim.AdamW(p, lr, weight_decay: 0.1) },
            "decay" => options with { WeightDecay = 0.1 },
            "sgd" => options with { Optimizer = (p, lr) => optim.SGD(p, lr), LearningRate = 0.05 },
            "momentum" => options with { Optimizer = (p, lr) => optim.SGD(p, lr, momentum: 0.9, weight_decay: 0.001), LearningRate = 0.02 },
            "nesterov" => options with { Optimizer = (p, lr) => optim.SGD(p, lr, momentum: 0.9, nesterov: true), LearningRate = 0.02 },
            "foreign optimizer" => options with { Optimizer = (p, lr) => optim.RMSProp(p, lr) },
            "schedule" => options with { Schedule = LearningRateSchedule.OneCycle() },
            "groups" => options with
            {
                Optimizer = (p, lr) => optim.SGD([new SGD.ParamGroup(p.Take(6), lr: lr), new SGD.ParamGroup(p.Skip(6), lr: 2 * lr)], lr),
                LearningRate = 0.02,
                Schedule = LearningRateSchedule.OneCycle()
            },
            "transform" => options with { Transforms = [new RandomAffine()] },
            "everything" => options with
            {
                BatchSize = 35,
                GradientAccumulation = 2,
                GradientClipValue = 0.01,
                GradientClipNorm = 0.5,
                Loss = Loss.CrossEntropy(0.1),
                EmaDecay = 0.9,
                WeightDecay = 0.01,
                Schedule = LearningRateSchedule.OneCycle(),
                Transforms = [new RandomAffine()],
            },
            _ => options,
        };
    }

    public static ITrainerCallback[] Callbacks(string option) => option switch
    {
        "thawed" =>
        [
            new LambdaCallback
            {
                StepStart = context =>
                {
                    foreach ((string name, Parameter parameter) in context.Model.named_parameters())
                    {
                        parameter.requires_grad = context.GlobalStep > 5 || !name.StartsWith("conv", StringComparison.Ordinal);
                    }
                },
            },
        ],
        "gradients are read" => [new LambdaCallback { BeforeOptimizerStep = context =>
            Assert.All(context.Model.parameters(), p => Assert.True(p.grad!.isfinite().all().item<bool>())) }],
        "gradients are changed" => [new LambdaCallback { BeforeOptimizerStep = context => context.Model.parameters().First().grad!.add_(0.01) }],
        _ => [],
    };

    /// <summary>The hash of all weights in the end.</summary>
    public static string Hash(string option, TrainerOptions options, params ITrainerCallback[] more) => Fit(option, options, more).Hash;

    public static (string Hash, FitResult Result) Fit(string option, TrainerOptions options, params ITrainerCallback[] more)
    {
        using CnnClassifier model = Model(option);
        FitResult result = new Trainer(options, [.. Callbacks(option), .. more]).Fit(model, Train);
        return (Convert.ToHexString(SHA256.HashData(TrainingData.Weights(model))), result);
    }
}
