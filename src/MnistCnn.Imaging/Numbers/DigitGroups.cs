namespace MnistCnn.Imaging;

/// <summary>The parts that make up one digit.</summary>
internal sealed class DigitGroup(InkPart part)
{
    public List<int> Labels { get; } = [part.Label];

    public PictureBox Box { get; private set; } = part.Box;

    public void Add(DigitGroup other)
    {
        Labels.AddRange(other.Labels);
        Box = Box.Union(other.Box);
    }
}

/// <summary>Joins the strokes of a digit, drops specks, and puts digits into reading order. All limits are parts of the usual height of a part.</summary>
internal static class DigitGroups
{
    private const double SpeckSide = 0.2;
    private const double SpeckArea = 0.015;
    private const double SmallestDigit = 0.3;
    private const double StrokeHeight = 0.75;
    private const double FlagHeight = 0.55;
    private const double JoinOverlap = 0.4;
    private const double NestedOverlap = 0.85;
    private const double JoinGap = 0.12;
    private const double TallestDigit = 1.7;

    public static List<DigitGroup> Of(List<InkPart> parts)
    {
        double usual = UsualHeight(parts);
        List<DigitGroup> groups = [.. parts.Where(part => !IsSpeck(part, usual)).OrderBy(part => part.Box.Left).Select(part => new DigitGroup(part))];
        while (JoinOne(groups, usual))
        {
            // Each turn makes one group fewer.
        }

        groups.RemoveAll(group => group.Box.Height < SmallestDigit * usual);
        return InReadingOrder(groups);
    }

    /// <summary>The height at which half of the ink is in higher parts.</summary>
    private static double UsualHeight(List<InkPart> parts)
    {
        long left = parts.Sum(part => (long)part.Area) / 2;
        foreach (InkPart part in parts.OrderByDescending(part => part.Box.Height))
        {
            left -= part.Area;
            if (left <= 0)
            {
                return part.Box.Height;
            }
        }

        return 0;
    }

    private static bool IsSpeck(InkPart part, double usual) =>
        Math.Max(part.Box.Width, part.Box.Height) < SpeckSide * usual || part.Area < SpeckArea * usual * usual;

    private static bool JoinOne(List<DigitGroup> groups, double usual)
    {
        for (int i = 0; i < groups.Count; i++)
        {
            for (int j = i + 1; j < groups.Count; j++)
            {
                if (BelongTogether(groups[i].Box, groups[j].Box, usual))
                {
                    groups[i].Add(groups[j]);
                    groups.RemoveAt(j);
                    return true;
                }
            }
        }

        return false;
    }

    private static bool BelongTogether(PictureBox a, PictureBox b, double usual)
    {
        if (a.Union(b).Height > TallestDigit * usual)
        {
            return false;
        }

        (int smaller, int narrower) = (Math.Min(a.Height, b.Height), Math.Min(a.Width, b.Width));
        double overlap = (double)a.OverlapX(b) / narrower;
        bool stacked = smaller < StrokeHeight * usual && overlap >= JoinOverlap;
        bool flag = smaller < FlagHeight * usual && a.OverlapX(b) >= -JoinGap * usual && a.OverlapY(b) >= 0;
        return stacked || flag || overlap >= NestedOverlap;
    }

    private static List<DigitGroup> InReadingOrder(List<DigitGroup> groups)
    {
        List<(PictureBox Box, List<DigitGroup> Digits)> lines = [];
        foreach (DigitGroup group in groups.OrderBy(group => group.Box.Top))
        {
            int line = lines.FindIndex(line => line.Box.OverlapY(group.Box) >= Math.Min(line.Box.Height, group.Box.Height) / 2);
            if (line < 0)
            {
                lines.Add((group.Box, [group]));
                continue;
            }

            lines[line].Digits.Add(group);
            lines[line] = (lines[line].Box.Union(group.Box), lines[line].Digits);
        }

        return [.. lines.SelectMany(line => line.Digits.OrderBy(digit => 2 * digit.Box.Left + digit.Box.Width))];
    }
}
