using CsCheck;
using MnistCnn.Kernels;
using MnistCnn.Networks;
using MnistCnn.Serialization;
using MnistCnn.Tests.Engine;
using static TorchSharp.torch;

namespace MnistCnn.Tests.Inference;

public sealed class CnnPredictorTests
{
    private static readonly ModelDescription Digits = ModelDescription.OfReference(28, 28, ModelDescription.DefaultClassNames(10), returnsProbabilities: false);

    [Fact]
    public void Any_size_of_image_and_batch_on_any_register_width_gives_what_plain_loops_give() =>
        Gen.Select(Gen.Int[15, 33], Gen.Int[15, 33], Gen.Bool, Gen.Int[2, 20], Gen.Int[1, 70], Gen.Int[1, 3], Gen.Int[0, 10_000])
            .Sample((height, width, isDigit, classes, count, threads, seed) =>
            {
                ModelDescription description = isDigit ? Digits
                    : ModelDescription.OfReference(height, width, ModelDescription.DefaultClassNames(classes), false);
                Dictionary<string, SafetensorsTensor> weights = RandomWeights.Create(description, seed);
                byte[] images = RandomWeights.Images(description, count, seed);
                float[] expected = Plain(description, weights, images, count);
                foreach (SimdKernels simd in EngineNetwork.Widths)
                {
                    CnnPredictor predictor = new(description, weights, new CnnPredictorOptions { Threads = threads }, simd);
                    float[] found = new float[expected.Length];
                    predictor.Predict(images, found);
                    AssertClose(expected, found);
                }
            }, iter: 8);

    [Fact]
    public void Ten_thousand_images_get_libtorchs_probabilities_from_a_trained_model()
    {
        MnistDataset train = DigitFiles.Train, test = DigitFiles.Test;
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
        new Trainer(new TrainerOptions { Epochs = 1, LearningRate = 0.001, Device = CPU })
            .Fit(model, train.Take(6400), cancellationToken: TestContext.Current.CancellationToken);
        byte[] pixels = new byte[test.Count * 28 * 28];
        for (int i = 0; i < test.Count; i++)
        {
            test.GetImage(i).CopyTo(pixels.AsSpan(i * 28 * 28));
        }

        float[] expected;
        using (inference_mode())
        using (Tensor images = tensor(pixels).reshape(-1, 1, 28, 28).to(ScalarType.Float32).div(255))
        using (Tensor probabilities = nn.functional.softmax(model.forward(images), 1))
        {
            expected = probabilities.data<float>().ToArray();
        }

        CnnPredictor predictor = model.ToPredictor();
        float[] batch = new float[expected.Length];
        predictor.Predict(pixels, batch);
        AssertClose(expected, batch);
        for (int i = 0; i < test.Count; i++)
        {
            Prediction one = predictor.Predict(test.GetImage(i));
            float[] row = expected[(i * 10)..((i + 1) * 10)];
            Assert.Equal(row.Max(), one.Probability, 1e-5f);
            Assert.True(row.Max() - row[one.ClassIndex] < 2e-5f, $"Image {i}: expected {Array.IndexOf(row, row.Max())}, found {one.ClassIndex}.");
        }
    }

    [Fact]
    public void A_saved_model_predicts_as_the_model_does_whatever_its_output_is()
    {
        using TemporaryFolder folder = new();
        string path = folder["model.safetensors"];
        string[] names = [.. Enumerable.Range(0, 10).Select(i => $"number {i}")];
        byte[] image = RandomWeights.Images(Digits, 1, 5);
        using CnnClassifier logits = new(new CnnClassifierOptions { Seed = 3, ClassNames = names });
        using CnnClassifier softmax = new(new CnnClassifierOptions { Seed = 3, ClassNames = names, Output = ClassifierOutput.Softmax });
        logits.Save(path);
        Prediction loaded = CnnPredictor.Load(path).Predict(image);
        Assert.Equal(logits.ToPredictor().Predict(image), loaded);
        Assert.Equal(softmax.ToPredictor().Predict(image), loaded);
        Assert.Equal($"number {loaded.ClassIndex}", loaded.ClassName);
    }

    [Fact]
    public void A_predictor_keeps_its_weights_when_the_model_trains_on()
    {
        byte[] image = RandomWeights.Images(Digits, 1, 6);
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 4 });
        CnnPredictor predictor = model.ToPredictor();
        Prediction before = predictor.Predict(image);
        using (no_grad())
        {
            _ = model.get_parameter("fc3.bias")!.add_(1000 * arange(10));
        }

        Assert.Equal(before, predictor.Predict(image));
        Assert.NotEqual(before.Probability, model.ToPredictor().Predict(image).Probability);
    }

    [Fact]
    public async Task Sixteen_threads_at_once_get_what_one_gets()
    {
        CnnPredictor predictor = new(Digits, RandomWeights.Create(Digits, 7), new CnnPredictorOptions { Threads = 2 });
        byte[] images = RandomWeights.Images(Digits, 40, 7);
        float[] expected = new float[400];
        predictor.Predict(images, expected);
        Prediction one = predictor.Predict(images.AsSpan(0, 784));
        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() =>
        {
            float[] found = new float[400];
            for (int repetition = 0; repetition < 50; repetition++)
            {
                predictor.Predict(images, found);
                Assert.Equal(expected, found);
                Assert.Equal(one, predictor.Predict(images.AsSpan(0, 784)));
            }
        })));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    public void Nothing_is_allocated_once_it_has_run(int count)
    {
        CnnPredictor predictor = new(Digits, RandomWeights.Create(Digits, 8), new CnnPredictorOptions { Threads = 1 });
        byte[] images = RandomWeights.Images(Digits, count, 8);
        float[] probabilities = new float[count * 10];
        predictor.Predict(images, probabilities);
        predictor.Predict(images.AsSpan(0, 784));
        // The least of several rounds: the runtime may allocate once for itself, as where it swaps compiled code.
        long least = Enumerable.Range(0, 5).Min(_ =>
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 20; i++)
            {
                predictor.Predict(images, probabilities);
                predictor.Predict(images.AsSpan(0, 784));
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        });
        Assert.Equal(0, least);
    }

    [Fact]
    public void Of_equal_probabilities_the_lowest_class_wins()
    {
        Dictionary<string, SafetensorsTensor> weights = RandomWeights.Create(Digits, 9);
        weights["fc3.weight"] = SafetensorsTensor.Create<float>(new float[640], 10, 64);
        weights["fc3.bias"] = SafetensorsTensor.Create<float>([0, 0, 5, 0, 0, 5, 0, 0, 0, 0], 10);
        Assert.Equal(2, new CnnPredictor(Digits, weights).Predict(new byte[784]).ClassIndex);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(783)]
    [InlineData(785)]
    [InlineData(1568)]
    public void An_image_of_another_length_is_refused_with_both_numbers(int length)
    {
        CnnPredictor predictor = new(Digits, RandomWeights.Create(Digits, 1));
        ArgumentException e = Assert.Throws<ArgumentException>("image", () => predictor.Predict(new byte[length]));
        Assert.Contains("784", e.Message, StringComparison.Ordinal);
        Assert.Contains($"found {length}", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0, "images")]
    [InlineData(1000, 10, "images")]
    [InlineData(1568, 10, "probabilities")]
    [InlineData(1568, 21, "probabilities")]
    public void A_batch_of_other_lengths_is_refused(int bytes, int floats, string parameter)
    {
        CnnPredictor predictor = new(Digits, RandomWeights.Create(Digits, 1));
        ArgumentException e = Assert.Throws<ArgumentException>(parameter, () => predictor.Predict(new byte[bytes], new float[floats]));
        Assert.Contains($"found {(parameter == "images" ? bytes : floats)}", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_something_else_is_refused()
    {
        using TemporaryFolder folder = new();
        string path = folder["other.safetensors"];
        Dictionary<string, SafetensorsTensor> weights = RandomWeights.Create(Digits, 1);
        weights["fc2.bias"] = SafetensorsTensor.Create<float>([.. Enumerable.Repeat(float.NaN, 64)], 64);
        weights.Remove("conv1.bias");
        new SafetensorsFile(weights, Digits.ToMetadata()).Save(path);
        CheckpointFormatException e = Assert.Throws<CheckpointFormatException>(() => CnnPredictor.Load(path));
        Assert.Contains("'conv1.bias'", e.Message, StringComparison.Ordinal);
        Assert.Contains("'fc2.bias': expected finite numbers", e.Message, StringComparison.Ordinal);
        Assert.Contains(path, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_with_NaN_weights_makes_no_predictor()
    {
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
        using (no_grad())
        {
            _ = model.get_parameter("fc1.bias")!.fill_(double.NaN);
        }

        Assert.Contains("fc1.bias", Assert.Throws<InvalidOperationException>(() => model.ToPredictor()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_number_of_threads_is_checked() =>
        Assert.Contains("Threads: expected 0", Assert.Throws<ArgumentOutOfRangeException>(() => new CnnPredictorOptions { Threads = -1 }).Message,
            StringComparison.Ordinal);

    private static float[] Plain(ModelDescription description, Dictionary<string, SafetensorsTensor> weights, byte[] images, int count)
    {
        NetworkDescription network = new(description.Network.Input, [.. description.Network.WithoutSoftmax().Layers, new SoftmaxDescription("softmax")]);
        ScalarNetwork scalar = new(network, [.. network.Parameters.Select(parameter => weights[parameter.Name].ToSingles())]);
        return [.. scalar.Predict([.. images.Select(pixel => pixel / 255f)], count).SelectMany(row => row.Select(p => (float)p))];
    }

    private static void AssertClose(float[] expected, float[] found)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - found[i]) < 1e-5f, $"Probability {i}: expected {expected[i]}, found {found[i]}.");
        }
    }
}
