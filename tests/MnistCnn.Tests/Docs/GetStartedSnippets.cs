// snippet: usings
using Microsoft.Extensions.Logging;
using MnistCnn.Data;
using MnistCnn.Inference;
using MnistCnn.Models;
using MnistCnn.Training;
using MnistCnn.Training.Callbacks;
// end

namespace MnistCnn.Tests.Docs;

public sealed class GetStartedSnippets
{
    [Fact]
    public async Task Data_come_from_the_web_or_from_the_cache()
    {
        RealMnist.SkipUnlessPresent();
        using TemporaryFolder temporary = new();
        foreach (string file in Directory.EnumerateFiles(RealMnist.Directory, "*.gz"))
        {
            File.Copy(file, temporary[Path.GetFileName(file)]);
        }

        // snippet: data
        string folder = temporary.Root;
        await new MnistDownloader().DownloadAsync(MnistVariant.Mnist, folder); // only what is not there yet
        (MnistDataset train, MnistDataset validation) = MnistDataset.LoadSplits(folder);
        // end
        Assert.Equal((60_000, 10_000), (train.Count, validation.Count));
    }

    [Fact]
    public void Training_saving_and_predicting_take_a_few_lines()
    {
        using TemporaryFolder temporary = new();
        using ILoggerFactory loggers = LoggerFactory.Create(_ => { });
        string path = temporary["model.safetensors"];

        // snippet: train
        SyntheticDigits train = new(2_000), validation = new(500, split: MnistSplit.Test); // or MNIST, see below
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
        Trainer trainer = new(TrainingRecipe.Fast with { Seed = 1 }, [new StepLogger(loggers.CreateLogger<StepLogger>())]);
        FitResult fit = trainer.Fit(model, train, validation);
        EvaluationResult result = trainer.Evaluate(model, validation);
        model.Save(path);
        // end
        Assert.Equal(StopReason.Completed, fit.StopReason);
        Assert.True(result.Accuracy > 0.5);

        // snippet: predict
        CnnPredictor predictor = CnnPredictor.Load(path);
        Prediction prediction = predictor.Predict(validation.GetImage(0)); // 784 bytes, 0 background, 255 ink
        string sentence = $"{prediction.ClassName}, {100 * prediction.Probability:F1}%";
        // end
        Assert.InRange(prediction.Probability, 0.1f, 1f);
        Assert.NotEmpty(sentence);
    }
}
