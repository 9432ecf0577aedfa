using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using MnistCnn.Training.Callbacks;

namespace MnistCnn.Tests.Training;

/// <summary>
/// A run in a process of its own, killed with SIGKILL: this assembly, started again with a variable that makes it train and end. The variable MNISTCNN_KILLS
/// sets how often a process that saves all the time is killed.
/// </summary>
[Collection(nameof(AloneInTheProcess))]
public sealed class KillTests
{
    private const string FolderVariable = "MNISTCNN_TEST_CHECKPOINTS";
    private const string StepsVariable = "MNISTCNN_TEST_STEPS_BETWEEN_CHECKPOINTS";

    private static TrainerOptions Options { get; } = ResumeTests.Options("everything") with { Epochs = 40 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_killed_between_two_checkpoints_and_resumed_gives_the_same_bits()
    {
        using TemporaryFolder folder = new();
        using Process process = Start(folder.Root, everySteps: 10);
        // Step 34 is between the checkpoints of steps 30 and 40.
        while (await process.StandardOutput.ReadLineAsync(Token) is { } line && line != "step 34")
        {
        }

        await Kill(process);
        Assert.Equal(Train(Options), Train(Options with { ResumeFrom = folder["last.ckpt"] }));
    }

    [Fact]
    public async Task However_often_a_process_that_saves_is_killed_its_checkpoint_can_be_loaded()
    {
        int kills = int.Parse(Environment.GetEnvironmentVariable("MNISTCNN_KILLS") ?? "3", CultureInfo.InvariantCulture);
        using TemporaryFolder folder = new();
        Random random = new(1);
        for (int i = 0; i < kills; i++)
        {
            using Process process = Start(folder.Root, everySteps: 1);
            while (await process.StandardOutput.ReadLineAsync(Token) is { } line && line != "step 3")
            {
            }

            await Task.Delay(random.Next(60), Token);
            await Kill(process);
            using TinyModel model = new(dropout: 0.3);
            FitResult loaded = new Trainer(Options with { ResumeFrom = folder["last.ckpt"] })
                .Fit(model, TrainingData.Train, cancellationToken: new CancellationToken(canceled: true));
            Assert.True(loaded.History.Steps.Count >= 2);
        }
    }

#pragma warning disable CA2255 // This is an application: started again with the variable set it is the other process of these tests.
    [ModuleInitializer]
    internal static void TrainIfAsked()
#pragma warning restore CA2255
    {
        if (Environment.GetEnvironmentVariable(FolderVariable) is not { } folder)
        {
            return;
        }

        int everySteps = int.Parse(Environment.GetEnvironmentVariable(StepsVariable)!, CultureInfo.InvariantCulture);
        LambdaCallback tell = new() { StepEnd = (_, step) => Console.WriteLine(FormattableString.Invariant($"step {step.GlobalStep}")) };
        Train(Options, new ModelCheckpoint(folder) { EverySteps = everySteps, SaveLast = false, KeepBest = 0 }, tell);
        Environment.Exit(0);
    }

    private static async Task Kill(Process process)
    {
        process.Kill();
        await process.WaitForExitAsync(Token);
        Assert.Equal(128 + 9, process.ExitCode);
    }

    private static byte[] Train(TrainerOptions options, params ITrainerCallback[] callbacks)
    {
        using TinyModel model = new(dropout: 0.3);
        new Trainer(options, callbacks).Fit(model, TrainingData.Train);
        return TrainingData.Weights(model);
    }

    private static Process Start(string folder, int everySteps) => OwnProcess.Start(new Dictionary<string, string>
    {
        [FolderVariable] = folder,
        [StepsVariable] = everySteps.ToString(CultureInfo.InvariantCulture),
    });
}
