namespace MnistCnn.Batches;

/// <summary>Spots where a blurred field of normal numbers is high, blurred again and laid over the image in one grey.</summary>
internal static class Spatter
{
    private const double Grey = 63 / 255.0;
    private const double LeastCover = .8;

    private static readonly (double Mean, double Deviation, double Blur, double Threshold, double EdgeBlur)[] Severities =
    [
        (.65, .3, 4, .69, .6), (.65, .3, 3, .68, .6), (.65, .3, 2, .68, .5), (.65, .3, 1, .65, 1.5), (.67, .4, 1, .65, 1.5),
    ];

    public static void Apply(ImageWork image, int severity, ref ImageRandom random)
    {
        (double mean, double deviation, double blur, double threshold, double edgeBlur) = Severities[severity - 1];
        double[] field = new double[image.Source.Length];
        for (int i = 0; i < field.Length; i++)
        {
            // Box and Muller, 1958.
            double radius = Math.Sqrt(-2 * Math.Log(1 - random.NextSingle(0, 1)));
            field[i] = mean + deviation * radius * Math.Cos(2 * Math.PI * random.NextSingle(0, 1));
        }

        field = GaussianFilter.Apply(field, image.Width, blur, alongRows: true, repeatEdge: true);
        double[] cover = GaussianFilter.Apply([.. field.Select(height => height > threshold ? 1.0 : 0)], image.Width, edgeBlur, alongRows: true,
            repeatEdge: true);
        for (int i = 0; i < cover.Length; i++)
        {
            double share = cover[i] < LeastCover ? 0 : cover[i];
            image.Result[i] = (float)(image.Source[i] * (1 - share) + Grey * share);
        }
    }
}
