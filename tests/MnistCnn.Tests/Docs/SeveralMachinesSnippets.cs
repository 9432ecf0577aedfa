using MnistCnn.Mpi;
using MnistCnn.Training.Callbacks;

namespace MnistCnn.Tests.Docs;

/// <summary>Without mpirun, this process is the only rank.</summary>
[Collection(nameof(AloneInTheProcess))]
public sealed class SeveralMachinesSnippets
{
    [Fact]
    public void Ranks_train_one_model_together()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/mpirun.openmpi"), "Open MPI is not installed (package openmpi-bin).");
        SyntheticDigits train = new(500), validation = new(100, split: MnistSplit.Test);
        using TemporaryFolder temporary = new();
        string folder = temporary.Root;

        // snippet: ranks
        using MpiCollective ranks = MpiCollective.Initialize();
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
        TrainerOptions options = new()
        {
            Epochs = 1,
            Collective = ranks,
            Threads = Math.Max(1, Environment.ProcessorCount / ranks.RanksOnThisMachine),
        };
        FitResult fit = new Trainer(options, [new ModelCheckpoint(folder) { EverySteps = 100 }]).Fit(model, train, validation);
        if (ranks.Rank == 0)
        {
            model.Save(Path.Combine(folder, "model.safetensors"));
        }
        // end
        Assert.Equal(StopReason.Completed, fit.StopReason);
        Assert.True(File.Exists(Path.Combine(folder, "model.safetensors")));
    }
}
