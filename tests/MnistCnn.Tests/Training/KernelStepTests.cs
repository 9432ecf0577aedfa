using System.Security.Cryptography;
using MnistCnn.Data;
using MnistCnn.Models;
using MnistCnn.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistCnn.Tests.Training;

public sealed class KernelStepTests
{
    [Fact]
    public void One_to_four_threads_train_identical_weights()
    {
        string[] hashes = [.. Enumerable.Range(1, 4).Select(threads =>
        {
            using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
            new Trainer(TrainingData.Options with { BatchSize = 70, Epochs = 20, Threads = threads }).Fit(model, TrainingData.Train);
            return Convert.ToHexString(SHA256.HashData(TrainingData.Weights(model)));
        })];

        Assert.Single(hashes.Distinct());
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.1, 0.01)]
    public void Losses_follow_those_of_the_libtorch_path(double smoothing, double weightDecay)
    {
        TrainerOptions options = TrainingData.Options with { LearningRate = 0.001, LabelSmoothing = smoothing, WeightDecay = weightDecay };
        double[][] losses = [.. new[] { true, false }.Select(kernels =>
        {
            using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1, UseKernels = kernels });
            return new Trainer(options).Fit(model, TrainingData.Train).History.Steps.Select(step => step.Loss).ToArray();
        })];

        Assert.Equal(6, losses[0].Length);
        Assert.All(losses[0].Zip(losses[1]), pair => Assert.Equal(pair.Second, pair.First, 1e-4));
    }

    /// <summary>Rounding grows over an epoch. How much of a difference is noise, libtorch itself shows where each weight starts one rounding away.</summary>
    [Fact]
    public void The_losses_of_an_epoch_follow_those_of_libtorch_as_closely_as_its_own_do_after_one_rounding_of_the_weights()
    {
        IMnistDataset train = RealMnist.IsPresent ? MnistDataset.Load(RealMnist.Directory, MnistSplit.Train) : new SyntheticDigits(20_000, seed: 1);
        double[] Losses(bool kernels, bool rounded = false)
        {
            using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1, UseKernels = kernels });
            using (no_grad())
            {
                foreach (Parameter parameter in model.parameters())
                {
                    using Tensor next = parameter * (rounded ? MathF.BitIncrement(1) : 1);
                    parameter.copy_(next);
                }
            }

            TrainerOptions options = new() { Epochs = 1, Seed = 1, Device = CPU };
            return [.. new Trainer(options).Fit(model, train).History.Steps.Select(step => step.Loss)];
        }

        double[] ours = Losses(kernels: true), theirs = Losses(kernels: false), rounded = Losses(kernels: false, rounded: true);
        double Difference(double[] a, double[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Average();
        double found = Difference(ours, theirs), noise = Difference(rounded, theirs);
        TestContext.Current.TestOutputHelper?.WriteLine($"mean difference of {ours.Length} losses: {found:E2}; after one rounding of the weights {noise:E2}");
        Assert.InRange(found, 0, 3 * noise);
    }

    [Fact]
    public void A_callback_that_wants_gradients_gets_them_and_changes_little()
    {
        GradientReader reader = new();
        double[][] losses = [.. new[] { true, false }.Select(wants =>
        {
            using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
            return new Trainer(TrainingData.Options, wants ? [reader] : []).Fit(model, TrainingData.Train).History.Steps.Select(step => step.Loss).ToArray();
        })];

        Assert.Equal(6 * 12, reader.Gradients);
        Assert.All(losses[0].Zip(losses[1]), pair => Assert.Equal(pair.Second, pair.First, 1e-3));
    }

    private sealed class GradientReader : ITrainerCallback
    {
        public int Gradients { get; private set; }

        public void OnBeforeOptimizerStep(TrainerContext context) => Gradients += context.Model.parameters().Count(p => p.grad is not null);
    }
}
