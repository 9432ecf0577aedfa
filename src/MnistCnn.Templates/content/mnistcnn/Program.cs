using MnistCnn;
using MnistCnn.Training.Callbacks;

// dotnet run -c Release                       trains on digits that it draws itself
// dotnet run -c Release -- --data FOLDER      trains on MNIST, which is downloaded into the folder if it is not there yet
const string ModelFile = "model.safetensors";
IMnistDataset train, validation;
switch (args)
{
    case []:
        (train, validation) = (new SyntheticDigits(count: 5_000, seed: 1), new SyntheticDigits(count: 1_000, seed: 1, split: MnistSplit.Test));
        break;
    case ["--data", string folder]:
        await new MnistDownloader().DownloadAsync(MnistVariant.Mnist, folder);
        (train, validation) = MnistDataset.LoadSplits(folder);
        break;
    default:
        Console.Error.WriteLine("expected no argument, or --data FOLDER");
        return 2;
}

using CnnClassifier model = new(CnnClassifierOptions.For(train) with { Seed = 1 });
Trainer trainer = new(TrainingRecipe.Fast with { Seed = 1 }, [new StepLogger(Console.Out)]);
trainer.Fit(model, train, validation);
EvaluationResult result = trainer.Evaluate(model, validation);
model.Save(ModelFile);
Console.WriteLine($"{100 * result.Accuracy:F1}% of {result.Count} images are right. The model is in {ModelFile}.");

// A predictor needs the file alone, and no libtorch.
CnnPredictor predictor = CnnPredictor.Load(ModelFile);
for (int i = 0; i < 5; i++)
{
    Prediction prediction = predictor.Predict(validation.GetImage(i));
    Console.WriteLine($"image {i}: {prediction.ClassName}, {100 * prediction.Probability:F1}% sure; it is {validation.ClassNames[validation.GetLabel(i)]}");
}

return 0;
