using System.Globalization;
using MnistCnn.Batches;
using MnistCnn.Kernels;
using MnistCnn.Serialization;
using MnistCnn.Training;
using MnistCnn.Training.Callbacks;
using static TorchSharp.torch;

namespace MnistCnn.Tests.Training;

public sealed unsafe class LossTests : IDisposable
{
    private static readonly float[] Weights = [1, 2.5f, 0, 0.5f];

    private readonly TemporaryFolder folder = new();
    private readonly Tensor logits = tensor([1f, 2, 3, 4, -1, 0.5f, 0, 2, 3, 3, -2, 0, 0, 0, 9, 0, 5, 1, 1, 1, -3, 4, 0.1f, 8], [6, 4]);
    private readonly Tensor labels = tensor(new long[] { 0, 1, 2, 3, 1, 3 });

    /// <summary>libtorch's own weights, whose sum it does not divide by where the losses are added up.</summary>
    [Fact]
    public void The_kernel_weighs_loss_and_gradient_as_libtorch_does()
    {
        using Tensor input = logits.clone().requires_grad_(), weights = tensor(Weights);
        using Tensor sum = nn.functional.cross_entropy(input, labels, weight: weights, reduction: nn.Reduction.Sum);
        (sum / 6).backward();
        float[] gradients = new float[24];
        double loss;
        fixed (float* x = logits.data<float>().ToArray(), w = Weights, g = gradients)
        fixed (long* y = labels.data<long>().ToArray())
        {
            loss = SoftmaxCrossEntropy.Backward((6, 4, 4), x, y, 0, 1f / 6, g, w).Loss;
        }

        Assert.Equal(sum.item<float>(), loss, 1e-4);
        Assert.Equal(input.grad!.data<float>().ToArray(), gradients, (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(2)]
    public void Focal_loss_is_its_formula_and_its_gradient_is_finite(double gamma)
    {
        using Tensor input = logits.clone().requires_grad_();
        double[] weights = [1, 2, 3, 4];
        using Tensor losses = Loss.Focal(gamma, weights).PerImage(input, labels);
        float[] x = logits.data<float>().ToArray(), found = losses.data<float>().ToArray();
        for (int n = 0; n < 6; n++)
        {
            int label = (int)labels[n].item<long>();
            double p = Math.Exp(x[4 * n + label]) / Enumerable.Range(0, 4).Sum(c => Math.Exp(x[4 * n + c]));
            Assert.Equal(-weights[label] * Math.Pow(1 - p, gamma) * Math.Log(p), found[n], 1e-4);
        }

        using Tensor certain = tensor(new float[] { 500, 0 }, [1, 2]).requires_grad_(), zero = zeros(1, ScalarType.Int64);
        Loss.Focal(gamma).Mean(certain, zero).backward();
        Assert.True(certain.grad!.isfinite().all().item<bool>());
    }

    [Fact]
    public void A_loss_of_ones_own_trains_as_cross_entropy_where_it_is_that()
    {
        ListLogger logger = new();
        using CnnClassifier ours = new(new CnnClassifierOptions { Seed = 1, UseKernels = false }), own = new(new CnnClassifierOptions { Seed = 1 });
        Loss mine = Loss.Of("mine", (output, truth) => output.logsumexp(1) - output.gather(1, truth.unsqueeze(1)).squeeze(1));
        Fit(ours, TrainingData.Options with { LearningRate = 0.001 });
        Fit(own, TrainingData.Options with { LearningRate = 0.001, Loss = mine }, logger);
        Assert.Contains("Steps run over libtorch's operations, since the loss is mine, not cross-entropy", logger.Lines);
        Assert.All(ours.parameters().Zip(own.parameters()), pair => Assert.True((pair.First - pair.Second).abs().max().item<float>() < 1e-3));
    }

    [Fact]
    public void Class_weights_stay_on_the_engine_and_a_class_of_weight_zero_is_not_learned()
    {
        ListLogger logger = new();
        double[] weights = [.. Enumerable.Range(0, 10).Select(c => c == 3 ? 0.0 : 1)];
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
        TrainerOptions options = TrainingData.Options with { Epochs = 40, LearningRate = 0.002, Loss = Loss.CrossEntropy(classWeights: weights) };
        Fit(model, options, logger);
        Assert.Contains("Steps run on the engine", logger.Lines);
        IReadOnlyList<int> classes = new Trainer(options).Predict(model, TrainingData.Train).Classes;
        Assert.DoesNotContain(3, classes);
        Assert.True(Enumerable.Range(0, 80).Count(i => classes[i] == TrainingData.Train.GetLabel(i)) > 50);
    }

    [Fact]
    public void The_loss_of_a_step_is_the_weighted_one_divided_by_the_images()
    {
        double[] weights = [.. Enumerable.Range(0, 10).Select(c => 0.5 * c)];
        using TinyModel model = new(), same = new();
        FitResult result = Fit(model, TrainingData.Options with { MaxSteps = 1, Loss = Loss.CrossEntropy(0, weights) });
        using MnistBatch batch = new BatchLoader(TrainingData.Train, new BatchLoaderOptions { BatchSize = 32 }).Epoch(1).First();
        using Tensor expected = nn.functional.cross_entropy(same.forward(batch.Images), batch.Labels, weight: tensor(weights.Select(w => (float)w).ToArray()),
            reduction: nn.Reduction.Sum) / 32;
        Assert.Equal(expected.item<float>(), result.History.Steps[0].Loss, 1e-5);
    }

    [Fact]
    public void Balanced_weights_have_a_mean_of_one_and_make_each_class_count_the_same()
    {
        MnistDataset data = MnistDataset.FromMemory(new byte[6 * 4], [0, 0, 0, 0, 2, 2], 2, 2, ["a", "b", "c"]);
        Assert.Equal([0.75, 1, 1.5], ClassWeights.Balanced(data));
        Assert.Throws<ArgumentNullException>(() => ClassWeights.Balanced(null!));
    }

    [Fact]
    public void Wrong_uses_are_refused()
    {
        using TinyModel model = new();
        Assert.Equal("Loss: expected 10 class weights, one for each class of the model, found 2.",
            Assert.Throws<ArgumentException>(() => Fit(model, TrainingData.Options with { Loss = Loss.CrossEntropy(classWeights: [1, 2]) })).Message);
        Assert.Throws<ArgumentException>(() => Fit(model, TrainingData.Options with { Loss = Loss.Focal(classWeights: [1, 2]) }));
        Assert.StartsWith("Loss 'sum': expected a floating-point loss for each image, [32], found Float32 [].", Assert.Throws<InvalidOperationException>(
            () => Fit(model, TrainingData.Options with { Loss = Loss.Of("sum", (output, _) => output.sum()) })).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Loss.Of(" ", (output, _) => output));
        Assert.Throws<ArgumentNullException>(() => new TrainerOptions { Loss = null! });
        Assert.Contains("BalancedSampling", Assert.Throws<ArgumentException>(() =>
            Fit(model, TrainingData.Options with { BalancedSampling = true, OverfitBatches = 1 })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_of_another_loss_is_refused_in_every_culture()
    {
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
        TrainerOptions options = TrainingData.Options with { Loss = Loss.CrossEntropy(0.1, [.. Enumerable.Repeat(0.5, 10)]) };
        using TinyModel model = new();
        new Trainer(options, [new ModelCheckpoint(folder.Root) { KeepBest = 0 }]).Fit(model, TrainingData.Train);
        CheckpointFormatException thrown = Assert.Throws<CheckpointFormatException>(() =>
            Fit(model, options with { ResumeFrom = folder["last.ckpt"], Loss = Loss.Focal(1.5) }));
        Assert.Contains("option.Loss: expected", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("focal loss, gamma 1.5", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("cross-entropy, label smoothing 0.1, class weights 0.5 0.5", thrown.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        folder.Dispose();
        logits.Dispose();
        labels.Dispose();
    }

    private static FitResult Fit(nn.Module<Tensor, Tensor> model, TrainerOptions options, ListLogger? logger = null) =>
        new Trainer(options, logger: logger).Fit(model, TrainingData.Train);
}
