namespace MnistCnn.Imaging;

/// <summary>Finds the digits of a picture and cuts each out of it, without the ink of its neighbours.</summary>
internal static class DigitFinder
{
    private const int Margin = 1;

    public static IReadOnlyList<FoundDigit> Find(GreyPicture picture, ImageSize size)
    {
        InkMap map = new(picture);
        FormLines.Remove(map);
        (List<InkPart> parts, int[] labels) = ConnectedParts.Find(map.IsInk, map.Width);
        List<FoundDigit> digits = [];
        foreach (DigitGroup group in DigitGroups.Of(parts))
        {
            if (Cut(map, labels, group, size) is { } image)
            {
                digits.Add(new FoundDigit(group.Box, image));
            }
        }

        return digits.AsReadOnly();
    }

    private static byte[]? Cut(InkMap map, int[] labels, DigitGroup group, ImageSize size)
    {
        (int left, int top) = (Math.Max(0, group.Box.Left - Margin), Math.Max(0, group.Box.Top - Margin));
        (int right, int bottom) = (Math.Min(map.Width, group.Box.Right + Margin), Math.Min(map.Height, group.Box.Bottom + Margin));
        float[] ink = new float[(right - left) * (bottom - top)];
        for (int y = top; y < bottom; y++)
        {
            for (int x = left; x < right; x++)
            {
                ink[(y - top) * (right - left) + x - left] = Belongs(map, labels, group.Labels, x, y) ? map.Ink[y * map.Width + x] : 0;
            }
        }

        return DigitCentering.CenterInk(ink, right - left, size);
    }

    /// <summary>Whether a pixel is part of the digit, or of the soft edge around it.</summary>
    private static bool Belongs(InkMap map, int[] labels, List<int> wanted, int x, int y)
    {
        int at = y * map.Width + x;
        if (labels[at] != 0)
        {
            return wanted.Contains(labels[at]);
        }

        if (map.Ink[at] <= 2 * map.Noise)
        {
            return false;
        }

        for (int row = Math.Max(0, y - Margin); row <= Math.Min(map.Height - 1, y + Margin); row++)
        {
            for (int column = Math.Max(0, x - Margin); column <= Math.Min(map.Width - 1, x + Margin); column++)
            {
                if (labels[row * map.Width + column] != 0 && wanted.Contains(labels[row * map.Width + column]))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
