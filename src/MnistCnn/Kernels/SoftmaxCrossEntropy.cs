namespace MnistCnn.Kernels;

/// <summary>Softmax, and its cross-entropy with labels. Logits are rows of <c>classes</c> floats at a stride.</summary>
internal static unsafe class SoftmaxCrossEntropy
{
    /// <summary>
    /// Sum of the losses of some rows, how many of them have their greatest logit at their label, and the gradient of their mean over the whole batch with
    /// respect to the logits.
    /// </summary>
    /// <param name="rows">How many rows, how many classes, and the floats from row to row of logits and gradients.</param>
    /// <param name="logits">Logits.</param>
    /// <param name="labels">One a row.</param>
    /// <param name="smoothing">Share of every label that is spread over all classes, 0 to 1.</param>
    /// <param name="scale">Factor of the gradient: 1 / batch size.</param>
    /// <param name="gradients">The result, [count, classes].</param>
    /// <param name="classWeights">Factor of loss and gradient of a row by its label, one for each class; null where all are 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A label is not a class.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (double Loss, int Hits) Backward((int Count, int Classes, int Stride) rows, float* logits, long* labels, float smoothing, float scale,
        float* gradients, float* classWeights = null)
    {
        (int count, int classes, int stride) = rows;
        double loss = 0;
        int hits = 0;
        for (int n = 0; n < count; n++, logits += stride, gradients += stride)
        {
            if ((ulong)labels[n] >= (ulong)classes)
            {
                throw new ArgumentOutOfRangeException(nameof(labels), $"expected labels from 0 to {classes - 1}, found {labels[n]}.");
            }

            int label = (int)labels[n];
            float weight = classWeights == null ? 1 : classWeights[label], factor = scale * weight;
            (float maximum, float sum) = Exponentials(classes, logits, gradients);
            // As libtorch's argmax: the first of the greatest, and NaN is greater than any number.
            hits += new ReadOnlySpan<float>(logits, classes).IndexOf(maximum) == label ? 1 : 0;
            float spread = smoothing / classes, log = MathF.Log(sum) + maximum, total = 0;
            for (int c = 0; c < classes; c++)
            {
                total += log - logits[c];
                gradients[c] = (gradients[c] / sum - spread - (c == label ? 1 - smoothing : 0)) * factor;
            }

            loss += weight * ((1 - smoothing) * (log - logits[label]) + (smoothing > 0 ? spread * total : 0));
        }

        return (loss, hits);
    }

    /// <summary>Probabilities of one row, in place if asked.</summary>
    /// <returns>temperature · log Σ exp(logit / temperature).</returns>
    public static float Softmax(int classes, float* logits, float* probabilities, float temperature)
    {
        for (int c = 0; c < classes; c++)
        {
            probabilities[c] = logits[c] / temperature;
        }

        (float maximum, float sum) = Exponentials(classes, probabilities, probabilities);
        Divide(classes, probabilities, sum);
        return temperature * (maximum + MathF.Log(sum));
    }

    /// <summary>Probabilities of one row, in place if asked.</summary>
    public static void Softmax(int classes, float* logits, float* probabilities) =>
        Divide(classes, probabilities, Exponentials(classes, logits, probabilities).Sum);

    private static void Divide(int classes, float* probabilities, float sum)
    {
        for (int c = 0; c < classes; c++)
        {
            probabilities[c] /= sum;
        }
    }

    /// <summary>Logarithms of the probabilities of one row.</summary>
    public static void LogSoftmax(int classes, float* logits, float* logarithms)
    {
        (float maximum, float sum) = Exponentials(classes, logits, logarithms);
        float log = MathF.Log(sum) + maximum;
        for (int c = 0; c < classes; c++)
        {
            logarithms[c] = logits[c] - log;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (float Maximum, float Sum) Exponentials(int classes, float* logits, float* exponentials)
    {
        float maximum = float.NegativeInfinity, sum = 0;
        for (int c = 0; c < classes; c++)
        {
            maximum = MathF.Max(maximum, logits[c]);
        }

        for (int c = 0; c < classes; c++)
        {
            exponentials[c] = MathF.Exp(logits[c] - maximum);
            sum += exponentials[c];
        }

        return (maximum, sum);
    }
}
