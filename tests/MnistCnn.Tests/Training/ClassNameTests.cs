using MnistCnn.Models;
using MnistCnn.Tests.Training.Steps;
using MnistCnn.Training.Callbacks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistCnn.Tests.Training;

/// <summary>The names of the classes, from a data set to a model, its files and its predictions, without anybody passing them on.</summary>
public sealed class ClassNameTests : IDisposable
{
    private static readonly IReadOnlyList<string> Articles = MnistVariant.FashionMnist.ClassNames;

    private readonly TemporaryFolder folder = new();

    private static MnistDataset Clothing { get; } = Named(Articles);

    [Fact]
    public void Options_for_a_data_set_have_its_sides_classes_and_names()
    {
        CnnClassifierOptions options = CnnClassifierOptions.For(new RandomPictures(3, height: 20, width: 31, classes: 5, seed: 1));
        Assert.Equal((20, 31, 5), (options.Height, options.Width, options.ClassCount));
        Assert.Equal(["class 0", "class 1", "class 2", "class 3", "class 4"], options.ClassNames!);
        Assert.Equal(new CnnClassifierOptions(), options with { Height = 28, Width = 28, ClassCount = 10, ClassNames = null });
    }

    [Fact]
    public void Options_for_a_data_set_that_the_network_cannot_take_are_refused()
    {
        Assert.Throws<ArgumentNullException>(() => CnnClassifierOptions.For(null!));
        Assert.Equal("Height", Assert.Throws<ArgumentOutOfRangeException>(
            () => CnnClassifierOptions.For(new RandomPictures(1, height: 14, width: 28, classes: 2, seed: 1))).ParamName);
        Assert.Equal("ClassCount", Assert.Throws<ArgumentOutOfRangeException>(
            () => CnnClassifierOptions.For(MnistDataset.FromMemory(new byte[784], [0], 28, 28, ["all"]))).ParamName);
    }

    [Fact]
    public void A_model_without_names_takes_those_of_its_data_set_into_files_checkpoints_and_predictions()
    {
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
        Assert.Equal("9", model.ClassNames[9]);
        new Trainer(TrainingData.Options, [new ModelCheckpoint(folder.Root)]).Fit(model, Clothing);
        model.Save(folder["model"]);
        Assert.Equal(Articles, model.ClassNames);
        Assert.Equal(Articles, CnnPredictor.Load(folder["model"]).ClassNames);
        Assert.Equal(Articles, CnnPredictor.Load(folder["last.ckpt"]).ClassNames);
        Prediction prediction = model.ToPredictor().Predict(Clothing.GetImage(0));
        Assert.Equal(Articles[prediction.ClassIndex], prediction.ClassName);

        new Trainer(TrainingData.Options).Fit(model, TrainingData.Train);
        Assert.Equal(TrainingData.Train.ClassNames, model.ClassNames);
    }

    [Fact]
    public void Names_that_were_given_or_read_from_a_file_stay()
    {
        using CnnClassifier model = new(CnnClassifierOptions.For(Clothing) with { Seed = 1 });
        model.Save(folder["model"]);
        using CnnClassifier loaded = CnnClassifier.Load(folder["model"]);
        new Trainer(TrainingData.Options).Fit(loaded, TrainingData.Train);
        Assert.Equal(Articles, loaded.ClassNames);
    }

    [Fact]
    public void Names_of_another_number_of_classes_are_not_taken()
    {
        using CnnClassifier model = new(new CnnClassifierOptions { ClassCount = 12 });
        new Trainer(TrainingData.Options).Fit(model, Clothing);
        Assert.Equal(["9", "10", "11"], model.ClassNames.Skip(9));
    }

    [Fact]
    public void A_Sequential_takes_them_too_and_so_does_one_that_is_read_from_a_file()
    {
        using Sequential model = nn.Sequential(nn.Flatten(), nn.Linear(784, 10));
        new Trainer(TrainingData.Options).Fit(model, Clothing);
        Assert.Equal(Articles, model.ToPredictor().ClassNames);
        model.SaveNetwork(folder["network"]);
        NetworkFile file = NetworkFile.Load(folder["network"]);
        using Sequential loaded = file.Model;
        Assert.Equal(Articles, loaded.ToPredictor().ClassNames);
    }

    public void Dispose() => folder.Dispose();

    private static MnistDataset Named(IReadOnlyList<string> names)
    {
        SyntheticDigits digits = TrainingData.Train;
        byte[] pixels = [.. Enumerable.Range(0, digits.Count).SelectMany(i => digits.GetImage(i).ToArray())];
        byte[] labels = [.. Enumerable.Range(0, digits.Count).Select(digits.GetLabel)];
        return MnistDataset.FromMemory(pixels, labels, digits.Height, digits.Width, names);
    }
}
