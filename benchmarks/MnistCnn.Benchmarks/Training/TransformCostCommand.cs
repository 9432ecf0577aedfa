using System.Diagnostics;
using System.Globalization;
using MnistCnn.Batches;
using MnistCnn.Benchmarks.Workers;

namespace MnistCnn.Benchmarks.Training;

/// <summary>
/// <c>transforms --data DIR [--rounds N]</c>: the time of each transform for an image on one thread, and of an epoch with the transforms of the recipe robust
/// over one without, in turns.
/// </summary>
internal static class TransformCostCommand
{
    private const int Images = 4000;

    public static int Run(string[] args)
    {
        Dictionary<string, string> given = args.Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]);
        int rounds = int.Parse(given.GetValueOrDefault("--rounds", "5"), CultureInfo.InvariantCulture);
        MnistDataset train = MnistDataset.Load(given["--data"], MnistSplit.Train);
        foreach (IImageTransform transform in Single())
        {
            double[] micros = [.. Enumerable.Range(0, 4).Select(round => Time(transform, train, round)).Skip(1)];
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Median.Of([.. micros]),6:F1} µs  {transform}"));
        }

        TrainerOptions options = TrainingRecipe.Robust with { Epochs = 1 };
        List<double> ratios = [];
        for (int round = 0; round <= rounds; round++)
        {
            (double plain, double robust) = (Epoch(options with { Transforms = [] }, train), Epoch(options, train));
            if (round > 0)
            {
                ratios.Add(robust / plain);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"epoch {plain:F2} s, with transforms {robust:F2} s, ratio {ratios[^1]:F3}"));
            }
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"median ratio {Median.Of([.. ratios]):F3}"));
        return 0;
    }

    private static IEnumerable<IImageTransform> Single() =>
    [
        new RandomAffine(),
        new RandomElastic { Affine = new RandomAffine() },
        .. Enum.GetValues<StrokeChange>().Select(change => new RandomStroke { Change = change }),
        .. Enum.GetValues<BlurKind>().Select(kind => new RandomBlur { Kind = kind }),
        .. Enum.GetValues<NoiseKind>().Select(kind => new RandomNoise { Kind = kind }),
        .. Enum.GetValues<ContrastKind>().Select(kind => new RandomContrast { Kind = kind }),
        .. Enum.GetValues<OcclusionKind>().Select(kind => new RandomOcclusion { Kind = kind }),
    ];

    private static double Time(IImageTransform transform, MnistDataset data, int round)
    {
        float[] source = new float[784], result = new float[784];
        PixelScaling.ToUnit(data.GetImage(0), source);
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < Images; i++)
        {
            ImageRandom random = new(1, round, i);
            transform.Apply(source, result, 28, 28, ref random);
        }

        return Stopwatch.GetElapsedTime(started).TotalMicroseconds / Images;
    }

    private static double Epoch(TrainerOptions options, MnistDataset train)
    {
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
        return new Trainer(options).Fit(model, train).History.Epochs[0].Duration.TotalSeconds;
    }
}
