using System.Security.Cryptography;
using MnistCnn.Data;
using MnistCnn.Models;
using MnistCnn.Training;
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

    /// <summary>Rounding grows over an epoch; how much of it is noise, libtorch itself shows with one thread against two.</summary>
    [Fact]
    public void The_losses_of_an_epoch_follow_those_of_libtorch_as_closely_as_libtorch_does_with_another_number_of_threads()
    {
        IMnistDataset train = RealMnist.IsPresent ? MnistDataset.Load(RealMnist.Directory, MnistSplit.Train) : new SyntheticDigits(20_000, seed: 1);
        double[] Losses(bool kernels, int threads)
        {
            using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1, UseKernels = kernels });
            TrainerOptions options = new() { Epochs = 1, Seed = 1, Device = CPU, Threads = threads };
            return [.. new Trainer(options).Fit(model, train).History.Steps.Select(step => step.Loss)];
        }

        double[] ours = Losses(kernels: true, 2), one = Losses(kernels: false, 1), two = Losses(kernels: false, 2);
        double Difference(double[] a, double[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Average();
        double found = Difference(ours, two), noise = Difference(one, two);
        TestContext.Current.TestOutputHelper?.WriteLine($"mean difference of {ours.Length} losses: {found:E2}, of libtorch with one thread and two: {noise:E2}");
        Assert.InRange(found, 0, Math.Max(3 * noise, 1e-3));
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
