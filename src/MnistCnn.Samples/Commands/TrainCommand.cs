using System.CommandLine;
using MnistCnn.Samples.CommandLine;
using MnistCnn.Samples.Results;
using static MnistCnn.Samples.CommandLine.OptionFactory;

namespace MnistCnn.Samples.Commands;

/// <summary><c>train</c>: trains the network, shows how it goes, and writes model, history and pictures.</summary>
internal static class TrainCommand
{
    private static readonly Option<string?> Data = Text("--data",
        "Folder with the files of the data set or with one folder of pictures for each class, or an .npz file. Without it: the cache folder, else a download.",
        "DIR|FILE");
    private static readonly Option<string> Variant = DataSet("--variant", more: "synthetic");
    private static readonly Option<string> Recipe = Choice("--recipe", "Options to start from; the others below change single ones.", "reference", "fast",
        "best", "robust");
    private static readonly Option<string> Network = Choice("--network", "Which network; 'summary' prints its layers.", SampleNetworks.Names);
    private static readonly Option<int?> Epochs = WholeNumber("--epochs", "How often to go through the training images.", 1);
    private static readonly Option<int?> BatchSize = WholeNumber("--batch-size", "Images a step.", 1);
    private static readonly Option<double?> LearningRate = PositiveNumber("--lr", "Learning rate.");
    private static readonly Option<string?> FineTune = Text("--fine-tune", "A model.safetensors to go on from, with the pictures of --data.", "FILE");
    private static readonly Option<string?> Replay = Text("--replay",
        "With --fine-tune: the data that the model was trained on, so that it does not forget them. Without it: as without --data.", "DIR|FILE");
    private static readonly Option<int?> HoldOut = WholeNumber("--hold-out",
        "Training images kept back to fit temperature and familiarity; 2000 by default, none with the recipe reference. At most a tenth.", 0);
    private static readonly Option<string> Output =
        Choice("--output", "What the loss is fed with. 'softmax' does as the reference program does and learns worse.", "logits", "softmax");
    private static readonly Option<string?> Device = Text("--device", "auto (the default), cpu, cuda, cuda:N or mps.", "DEVICE");
    private static readonly Option<int?> Threads = WholeNumber("--threads", "CPU threads; 0, the default, for all cores.", 0);
    private static readonly Option<int?> Seed = WholeNumber("--seed", "Equal seeds give equal weights. 0 by default.", 0);
    private static readonly Option<string?> Out = Text("--out", "Folder for what is written; runs/<variant> by default.", "DIR");
    private static readonly Option<bool> Resume = Flag("--resume", "Go on from last.ckpt in the same --out.");
    private static readonly Option<bool> AsJson = Json();

    public static Command Create() => new ExampleCommand(
            "train",
            "Train a network: the reference network on 10 epochs of MNIST unless told otherwise.",
            "train --data ../mnist --epochs 3 --seed 1",
            "train --recipe fast",
            "train --variant emnist-letters --out runs/letters",
            "train --data FOLDER-OF-CLASS-FOLDERS",
            "train --variant fashion --network batchnorm --out runs/fashion",
            "train --fine-tune runs/mnist/model.safetensors --data corrections --out runs/mine",
            "train --out runs/mnist --resume      (after Ctrl+C)")
        .With(Data, Variant, Recipe, Network, Epochs, BatchSize, LearningRate, HoldOut, FineTune, Replay, Output, Device, Threads, Seed, Out, Resume, AsJson)
        .Running((parsed, interruption) => Request(parsed) is { FineTune: not null } request
            ? new FineTuneRun(request, interruption).RunAsync()
            : new TrainingRun(Request(parsed), interruption).RunAsync());

    private static TrainingRequest Request(ParseResult parsed) => new()
    {
        Data = parsed.GetValue(Data),
        Variant = parsed.GetValue(Variant)!,
        Recipe = parsed.GetValue(Recipe)!,
        Network = parsed.GetValue(Network)!,
        Epochs = parsed.GetValue(Epochs),
        BatchSize = parsed.GetValue(BatchSize),
        LearningRate = parsed.GetValue(LearningRate),
        FineTune = parsed.GetValue(FineTune),
        Replay = parsed.GetValue(Replay),
        HoldOut = parsed.GetValue(HoldOut) ?? (parsed.GetValue(Recipe) == "reference" ? 0 : 2000),
        Softmax = parsed.GetValue(Output) == "softmax",
        Device = parsed.GetValue(Device) ?? "auto",
        Threads = parsed.GetValue(Threads) ?? 0,
        Seed = parsed.GetValue(Seed) ?? 0,
        OutputFolder = parsed.GetValue(Out) ?? Path.Combine("runs", parsed.GetValue(Variant)!),
        Resume = parsed.GetValue(Resume),
        Json = parsed.GetValue(AsJson),
    };
}
