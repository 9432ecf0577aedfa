namespace MnistCnn.Metrics;

/// <summary>How often a model was right, by how sure it was. Immutable and thread-safe.</summary>
/// <remarks>
/// Source: Naeini, Cooper and Hauskrecht, «Obtaining well calibrated probabilities using Bayesian binning», AAAI 2015; Guo et al., «On calibration of modern
/// neural networks», 2017.
/// </remarks>
public sealed class ReliabilityTable
{
    private const int BinCount = 15;

    /// <param name="probabilities">Of each image, that of the predicted class.</param>
    /// <param name="isRight">Of each image, whether that class is the true one.</param>
    internal ReliabilityTable(ReadOnlySpan<float> probabilities, ReadOnlySpan<bool> isRight)
    {
        int[] counts = new int[BinCount], right = new int[BinCount];
        double[] sums = new double[BinCount];
        for (int i = 0; i < probabilities.Length; i++)
        {
            int bin = Math.Clamp((int)MathF.Ceiling(probabilities[i] * BinCount) - 1, 0, BinCount - 1);
            counts[bin]++;
            sums[bin] += probabilities[i];
            right[bin] += isRight[i] ? 1 : 0;
        }

        Bins = Array.AsReadOnly([
            .. Enumerable.Range(0, BinCount).Select(b => new ReliabilityBin(
                counts[b], counts[b] == 0 ? 0 : sums[b] / counts[b], counts[b] == 0 ? 0 : right[b] / (double)counts[b])),
        ]);
        int images = probabilities.Length;
        CalibrationError = Bins.Sum(bin => bin.Count / (double)images * Math.Abs(bin.Accuracy - bin.Confidence));
    }

    /// <summary>15 bins of equal width over the probability of the predicted class, from 0 to 1; each includes its upper end.</summary>
    public IReadOnlyList<ReliabilityBin> Bins { get; }

    /// <summary>
    /// The expected calibration error, 0 to 1: the mean over all images of |accuracy − mean probability| of the bin that the image is in.
    /// </summary>
    public double CalibrationError { get; }
}
