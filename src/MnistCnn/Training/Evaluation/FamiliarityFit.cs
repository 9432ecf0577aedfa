namespace MnistCnn.Training;

/// <summary>
/// Finds the threshold of the score that tells familiar images from others, the free energy of the logits with its sign turned (Liu et al., 2020).
/// </summary>
internal static class FamiliarityFit
{
    private const double Refused = 0.01;

    /// <summary>The score that 99% of the images reach.</summary>
    /// <param name="logits">[images, classes].</param>
    /// <param name="images">How many, 1 or more.</param>
    /// <param name="temperature">What logits are divided by.</param>
    public static float Threshold(float[] logits, int images, float temperature)
    {
        int classes = logits.Length / images;
        float[] scores = [.. Enumerable.Range(0, images).Select(n => Energy(logits.AsSpan(n * classes, classes), temperature)).Order()];
        return scores[(int)(Refused * images)];
    }

    /// <summary>temperature · log Σ exp(logit / temperature) of one image.</summary>
    private static float Energy(ReadOnlySpan<float> logits, float temperature)
    {
        float highest = float.NegativeInfinity;
        foreach (float logit in logits)
        {
            highest = Math.Max(highest, logit);
        }

        float sum = 0;
        foreach (float logit in logits)
        {
            sum += MathF.Exp((logit - highest) / temperature);
        }

        return highest + temperature * MathF.Log(sum);
    }
}
