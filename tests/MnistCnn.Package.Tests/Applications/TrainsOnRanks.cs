using MnistCnn;
using MnistCnn.Mpi;

using MpiCollective ranks = MpiCollective.Initialize();
using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
FitResult fit = new Trainer(new TrainerOptions { Epochs = 1, Collective = ranks }).Fit(model, new SyntheticDigits(count: 500, seed: 1));
Console.WriteLine($"rank={ranks.Rank} of={ranks.WorldSize} stop={fit.StopReason}");
