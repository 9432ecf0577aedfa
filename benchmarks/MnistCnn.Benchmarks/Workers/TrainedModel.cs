namespace MnistCnn.Benchmarks.Workers;

/// <summary>The weights that predictions are timed with: trained, since the share of zeros among the activations matters to some engines.</summary>
internal static class TrainedModel
{
    /// <summary>Trains three epochs where that has not been done yet.</summary>
    /// <returns>A safetensors file; beside it stands the same as ONNX.</returns>
    public static string Find(string data)
    {
        string folder = Path.Combine(Path.GetTempPath(), "mnistcnn-benchmarks"), weights = Path.Combine(folder, "model.safetensors");
        if (!File.Exists(weights))
        {
            Directory.CreateDirectory(folder);
            using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
            new Trainer(new TrainerOptions { Epochs = 3, LearningRate = 0.001, Seed = 1 }).Fit(model, MnistDataset.Load(data, MnistSplit.Train));
            model.ExportOnnx(Path.ChangeExtension(weights, ".onnx"));
            model.Save(weights);
        }

        return weights;
    }
}
