namespace MnistCnn.Batches;

/// <summary>Gaussian filters as scikit-image and SciPy compute them: weights of up to four standard deviations, normalised.</summary>
internal static class GaussianFilter
{
    /// <summary>Filters columns, and rows where asked.</summary>
    /// <param name="pixels">[height, width].</param>
    /// <param name="width">Columns.</param>
    /// <param name="sigma">The standard deviation in pixels, above 0.</param>
    /// <param name="alongRows">Whether to filter along rows, too.</param>
    /// <param name="repeatEdge">Whether the pixels at the edge go on outside the image; 0 is outside otherwise.</param>
    public static double[] Apply(double[] pixels, int width, double sigma, bool alongRows, bool repeatEdge)
    {
        double[] filtered = Along(pixels, (pixels.Length / width, width), step: width, sigma, repeatEdge);
        return alongRows ? Along(filtered, (width, pixels.Length / width), step: 1, sigma, repeatEdge) : filtered;
    }

    private static double[] Along(double[] pixels, (int Length, int Lines) size, int step, double sigma, bool repeatEdge)
    {
        (int length, int lines) = size;
        int lineStep = step == 1 ? length : 1;
        int reach = (int)(4 * sigma + .5);
        double[] weights = [.. Enumerable.Range(-reach, 2 * reach + 1).Select(d => Math.Exp(-d * d / (2 * sigma * sigma)))];
        double total = weights.Sum();
        double[] filtered = new double[pixels.Length];
        for (int line = 0; line < lines; line++)
        {
            for (int place = 0; place < length; place++)
            {
                double sum = 0;
                for (int d = -reach; d <= reach; d++)
                {
                    int from = repeatEdge ? Math.Clamp(place + d, 0, length - 1) : place + d;
                    sum += from >= 0 && from < length ? pixels[line * lineStep + from * step] * weights[d + reach] : 0;
                }

                filtered[line * lineStep + place * step] = sum / total;
            }
        }

        return filtered;
    }
}
