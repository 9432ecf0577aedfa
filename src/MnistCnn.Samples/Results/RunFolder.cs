using MnistCnn.Models;
using MnistCnn.Samples.CommandLine;
using MnistCnn.Samples.Pictures;
using static TorchSharp.torch;

namespace MnistCnn.Samples.Results;

/// <summary>The files of a run.</summary>
internal sealed class RunFolder(string folder)
{
    public string Model => Path.Combine(folder, "model.safetensors");

    public string Checkpoint => Path.Combine(folder, "last.ckpt");

    public string History => Path.Combine(folder, "history.csv");

    public IEnumerable<string> Written => new[] { Model, Checkpoint, History, Picture("curves"), Picture("confusion"), Picture("mistakes"),
        Picture("reliability"), Picture("filters") }.Where(File.Exists);

    /// <summary>Makes the folder, where this process is the one that writes.</summary>
    public void Create()
    {
        if (Launch.IsFirst)
        {
            Directory.CreateDirectory(folder);
        }
    }

    /// <exception cref="FileNotFoundException">There is none.</exception>
    public string ExistingCheckpoint() => File.Exists(Checkpoint)
        ? Checkpoint
        : throw new FileNotFoundException($"--resume: expected the checkpoint '{Checkpoint}' of an earlier run, found none. Leave --resume out to begin anew.");

    /// <summary>Writes the model and the pictures.</summary>
    public void Write(nn.Module<Tensor, Tensor> model, Measurement measurement)
    {
        (CnnClassifier? classifier, (int height, int width)) = (model as CnnClassifier, (measurement.Data.Height, measurement.Data.Width));
        if (classifier is not null)
        {
            classifier.Save(Model);
        }
        else
        {
            model.SaveNetwork(Model, height, width);
        }

        LearningCurves curves = LearningCurves.Read(History);
        Parallel.Invoke(
            () => CurvesPicture.Save(Picture("curves"), measurement.DatasetName, curves.Training, curves.Validation),
            () => ConfusionPicture.Save(Picture("confusion"), measurement),
            () => MistakesPicture.Save(Picture("mistakes"), measurement),
            () => ReliabilityPicture.Save(Picture("reliability"), measurement),
            () => SaveFilters(classifier, measurement));
    }

    /// <summary>The filters of the reference network are 16, as the picture has room for.</summary>
    private void SaveFilters(CnnClassifier? model, Measurement measurement)
    {
        if (model is not null)
        {
            (float[] weights, float[] biases) = FirstLayer.Of(model);
            FiltersPicture.Save(Picture("filters"), weights, biases, measurement.Data.GetImage(0), measurement.Data.Width);
        }
    }

    private string Picture(string name) => Path.Combine(folder, $"{name}.png");
}
