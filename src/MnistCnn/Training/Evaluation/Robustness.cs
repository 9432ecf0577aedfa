using MnistCnn.Batches;
using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>Measures a model on images that were corrupted as those of MNIST-C (Mu and Gilmer, 2019). Thread-safe.</summary>
public static class Robustness
{
    /// <summary>Evaluates a model on a test set as it is, and under each of the 15 corruptions.</summary>
    /// <param name="model">Images [N, 1, H, W] to logits [N, classes], in eval mode and without gradients.</param>
    /// <param name="data">The images as they are: those of a test set.</param>
    /// <param name="allSeverities">Whether to take all severities that a corruption has, which takes five times as long; that of MNIST-C alone
    /// otherwise.</param>
    /// <param name="trainer">Where and with how many threads to evaluate; a trainer with default options where null.</param>
    /// <param name="cancellationToken">Ends the evaluation.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    /// <exception cref="ArgumentException">Model and data do not fit.</exception>
    public static RobustnessResult Evaluate(
        nn.Module<Tensor, Tensor> model, IMnistDataset data, bool allSeverities = false, Trainer? trainer = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        trainer ??= new Trainer();
        return new RobustnessResult(trainer.Evaluate(model, data, cancellationToken),
        [
            .. from corruption in Enum.GetValues<Corruption>()
               from severity in allSeverities ? Enumerable.Range(1, CorruptedDataset.SeveritiesOf(corruption)) : [0]
               let corrupted = new CorruptedDataset(data, corruption, severity)
               select new CorruptionResult(corruption, corrupted.Severity, trainer.Evaluate(model, corrupted, cancellationToken)),
        ]);
    }

    /// <summary>Evaluates a model on the published test images of MNIST-C, which are the same for every model.</summary>
    /// <param name="model">Images [N, 1, 28, 28] to logits [N, 10], in eval mode and without gradients.</param>
    /// <param name="directory">The folder of <c>mnist_c.zip</c>, as <see cref="MnistDownloader"/> leaves it.</param>
    /// <param name="trainer">Where and with how many threads to evaluate; a trainer with default options where null.</param>
    /// <param name="cancellationToken">Ends the evaluation.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    public static RobustnessResult EvaluatePublished(
        nn.Module<Tensor, Tensor> model, string directory, Trainer? trainer = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        trainer ??= new Trainer();
        EvaluationResult Evaluate(string name) => trainer.Evaluate(model,
            MnistDataset.Load(directory, MnistVariant.Parse($"mnist-c-{name}"), MnistSplit.Test), cancellationToken);
        return new RobustnessResult(Evaluate("identity"),
        [
            .. Enum.GetValues<Corruption>().Select(corruption => new CorruptionResult(
                corruption, Corruptions.PublishedSeverity(corruption), Evaluate(Corruptions.PublishedName(corruption)))),
        ]);
    }
}
