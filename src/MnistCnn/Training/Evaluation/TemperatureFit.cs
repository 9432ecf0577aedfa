namespace MnistCnn.Training;

/// <summary>Finds the temperature at which probabilities are best: the mean negative log-likelihood of the labels is least (Guo et al., 2017).</summary>
internal static class TemperatureFit
{
    private const double Coldest = 0.05, Hottest = 20;
    private const int Iterations = 100;
    private const double Precision = 1e-9;

    /// <param name="logits">[images, classes].</param>
    /// <param name="labels">[images].</param>
    public static float Of(ReadOnlySpan<float> logits, ReadOnlySpan<long> labels)
    {
        // The likelihood is convex in the inverse of the temperature: its slope has one root, which bisection cannot miss.
        double low = 1 / Hottest, high = 1 / Coldest;
        for (int i = 0; i < Iterations && high - low > Precision; i++)
        {
            double middle = (low + high) / 2;
            (low, high) = Slope(logits, labels, middle) < 0 ? (middle, high) : (low, middle);
        }

        return (float)(2 / (low + high));
    }

    /// <summary>The derivative of the sum of negative log-likelihoods with respect to the inverse of the temperature.</summary>
    private static double Slope(ReadOnlySpan<float> logits, ReadOnlySpan<long> labels, double inverse)
    {
        int classes = logits.Length / labels.Length;
        double slope = 0;
        for (int n = 0; n < labels.Length; n++)
        {
            ReadOnlySpan<float> row = logits.Slice(n * classes, classes);
            float label = row[(int)labels[n]];
            double sum = 0, weighted = 0;
            foreach (float logit in row)
            {
                double weight = Math.Exp(Math.Min(700, inverse * ((double)logit - label)));
                (sum, weighted) = (sum + weight, weighted + weight * ((double)logit - label));
            }

            slope += weighted / sum;
        }

        return slope;
    }
}
