namespace MnistCnn.Batches;

/// <summary>
/// The edges of strokes: a Gaussian filter, gradients by Sobel's operator, only those that are the highest across the edge, above 0.1, and connected to one
/// above 0.2.
/// </summary>
/// <remarks>Source: Canny, «A computational approach to edge detection», 1986, with the parameters and the borders of scikit-image.</remarks>
internal sealed class CannyEdges
{
    private const double Low = .1, High = .2;
    private readonly ImageWork image;
    private readonly double[] down, right, height;

    public CannyEdges(ImageWork image)
    {
        this.image = image;
        (int rows, int columns) = (image.Height, image.Width);
        double[] smooth = GaussianFilter.Apply([.. image.Source.Select(p => (double)p)], columns, 1, alongRows: true, repeatEdge: false);
        // What is outside does not count: the weights that fell on the image are 1 again.
        double[] inside = GaussianFilter.Apply([.. Enumerable.Repeat(1.0, smooth.Length)], columns, 1, alongRows: true, repeatEdge: false);
        smooth = [.. smooth.Zip(inside, (value, weight) => value / (weight + double.Epsilon))];
        double At(int y, int x) => smooth[Math.Clamp(y, 0, rows - 1) * columns + Math.Clamp(x, 0, columns - 1)];
        double Across(int y, int x) => At(y, x - 1) + 2 * At(y, x) + At(y, x + 1);
        double Along(int y, int x) => At(y - 1, x) + 2 * At(y, x) + At(y + 1, x);
        (down, right, height) = (new double[smooth.Length], new double[smooth.Length], new double[smooth.Length]);
        for (int i = 0; i < smooth.Length; i++)
        {
            (int y, int x) = (i / columns, i % columns);
            (down[i], right[i]) = (Across(y + 1, x) - Across(y - 1, x), Along(y, x + 1) - Along(y, x - 1));
            height[i] = Math.Sqrt(down[i] * down[i] + right[i] * right[i]);
        }
    }

    /// <summary>Writes 1 for edges and 0 for all else.</summary>
    public void Find()
    {
        Array.Clear(image.Result);
        bool[] isRidge = [.. Enumerable.Range(0, height.Length).Select(IsRidge)];
        Stack<int> edges = new(Enumerable.Range(0, height.Length).Where(i => isRidge[i] && height[i] >= High));
        while (edges.TryPop(out int edge))
        {
            if (image.Result[edge] != 0)
            {
                continue;
            }

            image.Result[edge] = 1;
            // Ridges are never at the border, so that all neighbours exist.
            foreach (int neighbour in new[] { -image.Width - 1, -image.Width, -image.Width + 1, -1, 1, image.Width - 1, image.Width, image.Width + 1 })
            {
                if (isRidge[edge + neighbour] && height[edge + neighbour] >= Low)
                {
                    edges.Push(edge + neighbour);
                }
            }
        }
    }

    /// <summary>Whether no gradient is higher on either side across the edge, between two pixels by linear interpolation.</summary>
    private bool IsRidge(int i)
    {
        (int y, int x) = (i / image.Width, i % image.Width);
        if (y == 0 || x == 0 || y == image.Height - 1 || x == image.Width - 1 || !(height[i] > 0))
        {
            return false;
        }

        (double steepDown, double steepRight) = (Math.Abs(down[i]), Math.Abs(right[i]));
        bool isSteeper = steepDown >= steepRight;
        int straight = isSteeper ? image.Width : 1;
        int diagonal = down[i] * right[i] >= 0 ? image.Width + 1 : image.Width - 1;
        // Across a falling diagonal, the neighbour to the right lies above it.
        int side = down[i] * right[i] >= 0 || isSteeper ? diagonal : -diagonal;
        double share = isSteeper ? steepRight / steepDown : steepDown / steepRight;
        double after = height[i + side] * share + height[i + straight] * (1 - share);
        double before = height[i - side] * share + height[i - straight] * (1 - share);
        return after <= height[i] && before <= height[i];
    }
}
