using MnistCnn;
using MnistCnn.Imaging;

ImageFolder pictures = ImageFolder.Load("pictures", new ImageFolderOptions { Preparation = PicturePreparation.Digit });
using CnnClassifier model = new(CnnClassifierOptions.For(pictures) with { Seed = 1 });
FitResult fit = new Trainer(TrainingRecipe.Fast with { Epochs = 20, BatchSize = 16, Seed = 1 }).Fit(model, pictures);
Prediction prediction = model.ToPredictor().Predict(DigitImage.Prepare("photograph.jpg"));
Console.WriteLine($"stop={fit.StopReason} pictures={pictures.Count} class={prediction.ClassName}");
