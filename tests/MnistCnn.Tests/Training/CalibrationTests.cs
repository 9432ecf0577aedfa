using MnistCnn.Inference;
using MnistCnn.Metrics;
using MnistCnn.Models;
using MnistCnn.Networks;
using MnistCnn.Serialization;
using MnistCnn.Tests.Serialization;
using MnistCnn.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MnistCnn.Tests.Training;

public sealed class CalibrationTests : IDisposable
{
    private static readonly SyntheticDigits HeldOut = new(400, seed: 5);
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(0.5)]
    [InlineData(1.7)]
    public void The_temperature_is_that_at_which_labels_were_drawn(double temperature)
    {
        Random random = new(1);
        float[] logits = [.. Enumerable.Range(0, 60_000).Select(_ => 6 * random.NextSingle())];
        long[] labels = [.. logits.Chunk(6).Select(row => Draw(row, temperature, random))];
        Assert.Equal(temperature, TemperatureFit.Of(logits, labels), 0.05);

        double Likelihood(double t) => logits.Chunk(6).Zip(labels).Average(pair =>
            -Math.Log(Math.Exp(pair.First[pair.Second] / t) / pair.First.Sum(z => Math.Exp(z / t))));
        float fitted = TemperatureFit.Of(logits, labels);
        Assert.True(Likelihood(fitted) < Math.Min(Likelihood(fitted * 1.02), Likelihood(fitted / 1.02)));
    }

    [Fact]
    public void Labels_that_are_never_missed_give_a_finite_temperature() => Assert.InRange(TemperatureFit.Of([5, 0, 0, 5], [0, 1]), 0.049f, 0.051f);

    [Fact]
    public void The_calibration_error_is_that_of_bins_counted_by_hand()
    {
        ReliabilityTable table = new([0.9f, 0.91f, 0.92f, 0.5f, 0.95f], [true, true, false, false, true]);
        // 0.9 to 0.92 lie in bin 14, from 13/15 to 14/15; 0.5 in bin 8; 0.95 in bin 15.
        Assert.Equal((3, 1, 1), (table.Bins[13].Count, table.Bins[7].Count, table.Bins[14].Count));
        Assert.Equal(2 / 3.0, table.Bins[13].Accuracy, 1e-12);
        Assert.Equal(3 / 5.0 * Math.Abs(2 / 3.0 - 0.91) + 1 / 5.0 * 0.5 + 1 / 5.0 * 0.05, table.CalibrationError, 1e-6);
        Assert.Equal(0, new ReliabilityTable([1, 1], [true, true]).CalibrationError);
    }

    [Fact]
    public void A_calibrated_model_answers_the_same_with_better_probabilities()
    {
        using CnnClassifier model = Trained();
        Trainer trainer = new(TrainingData.Options);
        EvaluationResult before = trainer.Evaluate(model, HeldOut);
        Assert.Equal(before.Loss, before.NegativeLogLikelihood!.Value, 1e-9);
        Calibration calibration = trainer.Calibrate(model, HeldOut);
        EvaluationResult after = trainer.Evaluate(model, HeldOut);
        Assert.NotEqual(1, calibration.Temperature);
        Assert.Equal((before.Accuracy, before.Loss), (after.Accuracy, after.Loss));
        Assert.InRange(after.NegativeLogLikelihood!.Value, 0, before.NegativeLogLikelihood.Value - 1e-4);

        (float[] logits, byte[] labels) = Logits(model);
        double[][] probabilities = [.. logits.Chunk(10).Select(row => Softmax(row, calibration.Temperature))];
        Assert.Equal(probabilities.Zip(labels).Average(pair => -Math.Log(pair.First[pair.Second])), after.NegativeLogLikelihood.Value, 1e-5);
        float[] highest = [.. probabilities.Select(row => (float)row.Max())];
        bool[] right = [.. probabilities.Zip(labels).Select(pair => Array.IndexOf(pair.First, pair.First.Max()) == pair.Second)];
        Assert.Equal(new ReliabilityTable(highest, right).CalibrationError, after.CalibrationError!.Value, 1e-4);
        Assert.Equal(probabilities[3].Select(p => (float)p), trainer.Predict(model, HeldOut).ProbabilitiesOf(3).ToArray(), (x, y) => Math.Abs(x - y) < 1e-5);
        trainer.Fit(model, TrainingData.Train);
        Assert.Equal(Calibration.None, model.GetCalibration());
    }

    [Fact]
    public void Files_predictors_and_exports_keep_the_calibration()
    {
        using CnnClassifier model = Trained();
        Calibration calibration = new Trainer(TrainingData.Options).Calibrate(model, HeldOut);
        model.Save(folder["model"]);
        CnnPredictor predictor = CnnPredictor.Load(folder["model"]);
        using CnnClassifier loaded = CnnClassifier.Load(folder["model"]);
        NetworkFile network = NetworkFile.Load(folder["model"]);
        using nn.Module<Tensor, Tensor> sequential = network.Model;
        sequential.SaveNetwork(folder["again"]);
        Assert.All([predictor.Calibration, loaded.GetCalibration(), sequential.GetCalibration(), CnnPredictor.Load(folder["again"]).Calibration,
            model.ToPredictor().Calibration],
            found => Assert.Equal(calibration, found));

        (float[] logits, _) = Logits(model);
        Prediction[] all = [.. predictor.PredictAll(HeldOut)];
        for (int i = 0; i < all.Length; i++)
        {
            float[] row = logits[(i * 10)..((i + 1) * 10)];
            Assert.Equal(Softmax(row, calibration.Temperature).Max(), all[i].Probability, 1e-5);
            Assert.Equal(calibration.Temperature * Math.Log(row.Sum(z => Math.Exp(z / calibration.Temperature))), all[i].Familiarity, 1e-3);
            Assert.Equal(all[i], predictor.Predict(HeldOut.GetImage(i)) with
            {
                Probability = all[i].Probability,
                Familiarity = all[i].Familiarity,
                IsFamiliar = all[i].IsFamiliar
            });
        }

        Assert.InRange(all.Count(prediction => prediction.IsFamiliar), 396 - 1, 396 + 1);
        model.ExportOnnx(folder["a.onnx"], new OnnxExportOptions { Output = OnnxOutput.Probabilities });
        model.ExportOnnx(folder["b.onnx"], new OnnxExportOptions { Calibrated = false });
        using OnnxModel onnx = new(folder["a.onnx"]), plain = new(folder["b.onnx"]);
        float[] pixels = [.. HeldOut.GetImage(0).ToArray().Select(p => p / 255f)];
        Assert.Equal(Softmax(logits[..10], calibration.Temperature).Select(p => (float)p), onnx.Run(pixels, 1), (x, y) => Math.Abs(x - y) < 1e-5);
        Assert.Equal(logits[..10], plain.Run(pixels, 1), (x, y) => Math.Abs(x - y) < 1e-4);
    }

    [Fact]
    public void Blank_pictures_are_never_familiar_unless_nothing_was_fitted()
    {
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
        CnnPredictor lax = model.ToPredictor();
        model.SetCalibration(new Calibration { FamiliarityThreshold = -1000 });
        CnnPredictor strict = model.ToPredictor();
        byte[] dot = new byte[784];
        dot[300] = 255;
        Assert.All([new byte[784], [.. Enumerable.Repeat((byte)255, 784)], dot], image =>
        {
            Assert.True(lax.Predict(image).IsFamiliar);
            Assert.False(strict.Predict(image).IsFamiliar);
        });
        Assert.True(strict.Predict(HeldOut.GetImage(0)).IsFamiliar);
    }

    [Theory]
    [InlineData(784)]
    [InlineData(45)]
    [InlineData(1)]
    public void Blankness_is_a_standard_deviation_below_15(int pixels)
    {
        for (int seed = 0; seed < 200; seed++)
        {
            Random random = new(seed);
            byte[] image = new byte[pixels];
            random.NextBytes(image);
            image = [.. image.Select(p => (byte)(128 + (p - 128) * (seed % 20 + 1) / 60))];
            double mean = image.Average(p => p);
            Assert.Equal(Math.Sqrt(image.Average(p => (p - mean) * (p - mean))) < 15, Blankness.IsBlank(image));
        }
    }

    [Theory]
    [InlineData("mnistcnn.temperature", "0")]
    [InlineData("mnistcnn.temperature", "warm")]
    [InlineData("mnistcnn.familiarity_threshold", "NaN")]
    public void A_file_with_another_calibration_is_refused(string key, string value)
    {
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
        model.Save(folder["good"]);
        SafetensorsFile file = SafetensorsFile.Load(folder["good"]);
        new SafetensorsFile(file.Tensors, new Dictionary<string, string>(file.Metadata) { [key] = value }).Save(folder["bad"]);
        Assert.Contains($"metadata {key}: expected a finite number", Assert.Throws<CheckpointFormatException>(() => CnnPredictor.Load(folder["bad"])).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_returns_probabilities_gets_a_temperature_and_no_threshold()
    {
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1, Output = ClassifierOutput.Softmax });
        Calibration calibration = new Trainer(TrainingData.Options).Calibrate(model, HeldOut);
        Assert.Null(calibration.FamiliarityThreshold);
        EvaluationResult result = new Trainer(TrainingData.Options).Evaluate(model, HeldOut);
        Assert.InRange(result.NegativeLogLikelihood!.Value, 0, Math.Log(10) + 1e-3);
    }

    private static CnnClassifier Trained()
    {
        CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
        new Trainer(TrainingData.Options with { Loss = Loss.CrossEntropy(labelSmoothing: 0.2), LearningRate = 0.002 }).Fit(model, new SyntheticDigits(600));
        return model;
    }

    private static (float[] Logits, byte[] Labels) Logits(CnnClassifier model)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        float[] pixels = [.. Enumerable.Range(0, HeldOut.Count).SelectMany(i => HeldOut.GetImage(i).ToArray()).Select(p => p / 255f)];
        return (model.forward(tensor(pixels).view(HeldOut.Count, 1, 28, 28)).data<float>().ToArray(),
            [.. Enumerable.Range(0, HeldOut.Count).Select(HeldOut.GetLabel)]);
    }

    private static double[] Softmax(float[] logits, double temperature)
    {
        double sum = logits.Sum(z => Math.Exp(z / temperature));
        return [.. logits.Select(z => Math.Exp(z / temperature) / sum)];
    }

    private static long Draw(float[] logits, double temperature, Random random)
    {
        double place = random.NextDouble();
        double[] probabilities = Softmax(logits, temperature);
        int drawn = 0;
        for (; drawn < probabilities.Length - 1 && place >= probabilities[drawn]; drawn++)
        {
            place -= probabilities[drawn];
        }

        return drawn;
    }
}
