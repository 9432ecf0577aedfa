using System.Text.Json;
using MnistCnn.Batches;
using MnistCnn.Imaging;
using MnistCnn.Models;
using MnistCnn.Samples.CommandLine;
using MnistCnn.Samples.Results;
using MnistCnn.Samples.Terminal;
using TorchSharp.Modules;

namespace MnistCnn.Samples.Commands;

/// <summary>
/// <c>train --fine-tune</c>: goes on from a model with a few pictures of the user. Images of the data set that the model was trained on are mixed in, or it
/// would forget them.
/// </summary>
internal sealed class FineTuneRun(TrainingRequest request, Interruption interruption)
{
    private const int Replayed = 6000;
    private const int Shown = 2000;
    private const int DefaultEpochs = 5;
    private const int HeldOut = 2000;

    private readonly RunFolder folder = new(request.OutputFolder);

    public async Task<int> RunAsync()
    {
        string path = request.Data ?? throw new ArgumentException(
            "--fine-tune: expected --data FOLDER with one folder of pictures for each class, found none.");
        NetworkFile file = NetworkFile.Load(request.FineTune!);
        using Sequential model = file.Model;
        ImageFolder pictures = ImageFolder.Load(path, new ImageFolderOptions
        {
            Preparation = PicturePreparation.Digit,
            ClassNames = file.ClassNames,
            UseCache = false
        },
            cancellationToken: interruption.Token);
        (FoundData known, IMnistDataset? heldOut) = (await FoundData.FindAsync(request.Replay, request.Variant, interruption.Token)).HoldOut(HeldOut);
        TrainerOptions options = Options();
        folder.Create();
        Trainer trainer = new(options, [], new LineLogger<Trainer>(Console.WriteLine));
        (double Pictures, double Known) Accuracies() =>
            (trainer.Evaluate(model, pictures, interruption.Token).Accuracy, trainer.Evaluate(model, known.Test, interruption.Token).Accuracy);

        (double Pictures, double Known) before = Accuracies();
        FitResult fit = trainer.Fit(model, Mixture(pictures, known.Train), cancellationToken: interruption.Token);
        if (fit.StopReason != StopReason.Completed)
        {
            await Console.Error.WriteLineAsync($"error: {fit.StopMessage} Nothing was written.");
            return fit.StopReason == StopReason.Canceled ? interruption.ExitCode : ExitCode.Failure;
        }

        if (heldOut is not null)
        {
            trainer.Calibrate(model, heldOut, interruption.Token);
        }

        (double Pictures, double Known) after = Accuracies();
        model.SaveNetwork(folder.Model, file.Height, file.Width, file.ClassNames);
        Tables.WriteSummary(
        [
            ($"{pictures.Count} pictures", $"{100 * before.Pictures:F2}% before, {100 * after.Pictures:F2}% after"),
            (known.Name, $"{100 * before.Known:F2}% before, {100 * after.Known:F2}% after"),
            ("written", folder.Model),
        ]);
        if (request.Json)
        {
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                model = folder.Model,
                pictures = pictures.Count,
                pictures_before = before.Pictures,
                pictures_after = after.Pictures,
                dataset = known.Name,
                dataset_before = before.Known,
                dataset_after = after.Known,
            }));
        }

        return ExitCode.Success;
    }

    private TrainerOptions Options() => new()
    {
        Epochs = request.Epochs ?? DefaultEpochs,
        BatchSize = request.BatchSize ?? 64,
        LearningRate = request.LearningRate ?? 0.0005,
        Schedule = LearningRateSchedule.OneCycle(warmUp: 0.1),
        Transforms = [new RandomElastic { MaxOffset = 1, Affine = new RandomAffine() }],
        Loss = Loss.CrossEntropy(labelSmoothing: 0.1),
        Seed = request.Seed,
        Threads = request.Threads,
        Device = DeviceSelector.Parse(request.Device).Device,
    };

    /// <summary>The pictures over and over, and images of the known data set beside them, three for one.</summary>
    private MnistDataset Mixture(ImageFolder pictures, IMnistDataset known)
    {
        MnistDataset all = known as MnistDataset ?? OwnData.InMemory(known);
        MnistDataset replayed = all.Count > Replayed ? all.Split(Replayed / (double)all.Count, request.Seed).First : all;
        int times = Math.Max(1, Shown / pictures.Count);
        (IMnistDataset Data, int Index)[] images =
        [
            .. from _ in Enumerable.Range(0, times) from i in Enumerable.Range(0, pictures.Count) select ((IMnistDataset)pictures, i),
            .. Enumerable.Range(0, replayed.Count).Select(i => ((IMnistDataset)replayed, i)),
        ];
        return MnistDataset.FromMemory([.. images.SelectMany(image => image.Data.GetImage(image.Index).ToArray())],
            [.. images.Select(image => image.Data.GetLabel(image.Index))],
            pictures.Height, pictures.Width, pictures.ClassNames);
    }
}
