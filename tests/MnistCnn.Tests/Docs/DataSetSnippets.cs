using MnistCnn.Data;
using MnistCnn.Imaging;
using MnistCnn.Tests.Data;
using SkiaSharp;

namespace MnistCnn.Tests.Docs;

public sealed class DataSetSnippets
{
    [Fact]
    public async Task A_published_set_is_downloaded_and_read()
    {
        using TemporaryFolder temporary = new();
        Dictionary<string, byte[]> files = SmallSets.FilesOf(MnistVariant.EmnistLetters);
        await using LoopbackServer server = LoopbackServer.Serving(files);
        MnistVariant letters = SmallSets.Published(MnistVariant.EmnistLetters, files, server.Address);
        MnistDownloaderOptions options = new() { CacheDirectory = temporary.Root };

        // snippet: published
        string folder = await new MnistDownloader(options).DownloadAsync(letters); // only what is not there yet
        MnistDataset train = MnistDataset.Load(folder, letters, MnistSplit.Train);
        MnistDataset test = MnistDataset.Load(folder, letters, MnistSplit.Test);
        string first = train.ClassNames[train.GetLabel(0)];
        // end
        Assert.Equal(("a", SmallSets.TrainCount, SmallSets.TestCount), (first, train.Count, test.Count));
    }

    [Fact]
    public void Arrays_of_NumPy_are_read()
    {
        using TemporaryFolder temporary = new();
        string path = temporary["mnist.npz"];
        File.WriteAllBytes(path, Zip.Of(("x_train.npy", Npy.Of("|u1", new byte[2 * 28 * 28], 2, 28, 28)), ("y_train.npy", Npy.Of<byte>("|u1", [7, 1], 2))));

        // snippet: npz
        MnistDataset train = MnistDataset.FromNpz(path, images: "x_train", labels: "y_train");

        using NpzReader file = NpzReader.Open(path);
        NpyArray<byte> images = file.Read<byte>("x_train"); // Shape (2, 28, 28), Values in C order
        // end
        Assert.Equal((2, 7, 28), (train.Count, train.GetLabel(0), images.Shape[1]));
    }

    [Fact]
    public void A_folder_of_pictures_is_trained_on_and_a_picture_predicted()
    {
        using TemporaryFolder temporary = new();
        string folder = temporary.Root, photograph = temporary["7/0007.png"];
        WritePictures(temporary);

        // snippet: pictures
        ImageFolder pictures = ImageFolder.Load(folder, new ImageFolderOptions { Preparation = PicturePreparation.Digit });
        using CnnClassifier model = new(CnnClassifierOptions.For(pictures));
        new Trainer(TrainingRecipe.Fast with { Epochs = 2 }).Fit(model, pictures);
        CnnPredictor predictor = model.ToPredictor();
        Prediction prediction = predictor.Predict(DigitImage.Prepare(photograph));

        NumberReading reading = new NumberReader(predictor).Read(photograph);
        Console.WriteLine($"{reading.Text}, {100 * reading.Probability:F1}%, first digit at {reading.Digits[0].Box}");
        // end
        Assert.Equal(200, pictures.Count);
        Assert.Contains(prediction.ClassName, pictures.ClassNames);
        Assert.NotEmpty(reading.Text);
    }

    private static void WritePictures(TemporaryFolder folder)
    {
        SyntheticDigits digits = new(200);
        for (int i = 0; i < digits.Count; i++)
        {
            using SKBitmap bitmap = new(new SKImageInfo(28, 28, SKColorType.Gray8, SKAlphaType.Opaque));
            digits.GetImage(i).CopyTo(bitmap.GetPixelSpan());
            Directory.CreateDirectory(folder[$"{digits.GetLabel(i)}"]);
            File.WriteAllBytes(folder[Path.Combine($"{digits.GetLabel(i)}", $"{i:D4}.png")], bitmap.Encode(SKEncodedImageFormat.Png, 90).ToArray());
        }
    }
}
