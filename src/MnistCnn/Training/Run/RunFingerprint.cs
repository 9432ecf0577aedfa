using System.Globalization;
using System.Security.Cryptography;
using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>
/// What decides the course of a run, as named strings: a checkpoint of a run that differs in any of them would be continued into something else.
/// </summary>
/// <remarks>
/// What only decides where, how fast or how long is not among them: device, threads, validation, limits, and the number of epochs unless the schedule depends
/// on it.
/// </remarks>
internal static class RunFingerprint
{
    private const string Prefix = "option.";

    public static IEnumerable<KeyValuePair<string, string>> Of(TrainerOptions options, RunData data, long totalSteps, long trainedSteps) =>
        new Dictionary<string, string?>
        {
            [nameof(options.BatchSize)] = Text(options.BatchSize),
            [nameof(options.GradientAccumulation)] = Text(options.GradientAccumulation),
            [nameof(options.LearningRate)] = Text(options.LearningRate),
            [nameof(options.Schedule)] = Factors(options.Schedule, data.StepsPerEpoch, totalSteps, trainedSteps),
            [nameof(options.WeightDecay)] = Text(options.WeightDecay),
            [nameof(options.Loss)] = options.Loss.ToString(),
            [nameof(options.BalancedSampling)] = options.BalancedSampling.ToString(),
            [nameof(options.GradientClipNorm)] = Text(options.GradientClipNorm),
            [nameof(options.GradientClipValue)] = Text(options.GradientClipValue),
            [nameof(options.EmaDecay)] = Text(options.EmaDecay),
            [nameof(options.Transforms)] = string.Join(", ", options.Transforms.Select(Invariant)),
            [nameof(options.LimitTrainBatches)] = Text(options.LimitTrainBatches),
            [nameof(options.OverfitBatches)] = Text(options.OverfitBatches),
            [nameof(options.Seed)] = Text(options.Seed),
            [nameof(options.Precision)] = options.Precision.ToString(),
            ["training data"] = data.Fingerprint,
        }.Select(pair => KeyValuePair.Create(Prefix + pair.Key, pair.Value ?? "none"));

    /// <summary>
    /// What must agree between the ranks of a run: those of a checkpoint, and all that decides how often ranks wait for each other, and with how much.
    /// </summary>
    public static IEnumerable<KeyValuePair<string, string>> OfRank(
        TrainerOptions options, RunData data, nn.Module model, ITrainingStep step, long totalSteps) =>
        Of(options, data, totalSteps, totalSteps).Concat(
        new Dictionary<string, string?>
        {
            ["model"] = string.Join(", ", model.state_dict().Select(pair => $"{pair.Key} [{string.Join(',', pair.Value.shape)}]")),
            ["layout of gradients"] = step.Layout,
            [nameof(options.Epochs)] = Text(options.Epochs),
            [nameof(options.MaxSteps)] = Text(options.MaxSteps),
            [nameof(options.StopOnNonFiniteLoss)] = options.StopOnNonFiniteLoss.ToString(),
            [nameof(options.ValidateEverySteps)] = Text(options.ValidateEverySteps),
            [nameof(options.ValidateEveryEpochs)] = Text(options.ValidateEveryEpochs),
            [nameof(options.EvaluationBatchSize)] = Text(options.EvaluationBatchSize),
            [nameof(options.LimitValidationBatches)] = Text(options.LimitValidationBatches),
            ["validation data"] = data.ValidationFingerprint,
        }.Select(pair => KeyValuePair.Create(pair.Key, pair.Value ?? "none")));

    /// <summary>Count, size and a digest of the labels.</summary>
    public static string Of(IMnistDataset data)
    {
        byte[] labels = new byte[data.Count];
        for (int i = 0; i < labels.Length; i++)
        {
            labels[i] = data.GetLabel(i);
        }

        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(labels);
        hash.AppendData(data.GetImage(0));
        hash.AppendData(data.GetImage(data.Count - 1));
        return FormattableString.Invariant($"{data.Count} images of {data.Height}×{data.Width}, {Convert.ToHexString(hash.GetHashAndReset().AsSpan(0, 8))}");
    }

    private static string Factors(LearningRateSchedule schedule, int stepsPerEpoch, long totalSteps, long trainedSteps) => string.Join(
        ' ',
        new[] { 0, trainedSteps / 4, trainedSteps / 2, trainedSteps * 3 / 4, trainedSteps }.Select(step =>
            Text(schedule.FactorAt(Math.Min(step, totalSteps - 1), stepsPerEpoch, totalSteps))));

    private static string? Text(IFormattable? value) => value?.ToString(null, CultureInfo.InvariantCulture);

    /// <summary>Records print their properties in the current culture, which must not decide whether a run can be resumed.</summary>
    private static string Invariant(object transform)
    {
        CultureInfo current = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
            return transform.ToString() ?? "";
        }
        finally
        {
            CultureInfo.CurrentCulture = current;
        }
    }
}
