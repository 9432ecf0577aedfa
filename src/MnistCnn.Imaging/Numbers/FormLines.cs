namespace MnistCnn.Imaging;

/// <summary>
/// Removes the lines of a form: long straight horizontal lines and, where there are such, the vertical ones of a frame. Strokes that cross a line stay.
/// </summary>
internal static class FormLines
{
    private const double ShortestPart = 0.5;
    private const double ShortestPerHeight = 1.2;
    private const double TallestPart = 0.95;
    private const int ThicknessDivisor = 25;
    private const int LeastThickness = 3;

    public static void Remove(InkMap map)
    {
        (int top, int bottom) = Rows(map);
        int inkHeight = bottom - top;
        if (inkHeight <= 0)
        {
            return;
        }

        int thickness = Math.Max(LeastThickness, map.Height / ThicknessDivisor);
        double shortest = Math.Max(ShortestPart * map.Width, ShortestPerHeight * inkHeight);
        if (RemoveLines(map.IsInk, map.Height, map.Width, map.Width, 1, shortest, thickness))
        {
            RemoveLines(map.IsInk, map.Width, map.Height, 1, map.Width, TallestPart * inkHeight, thickness);
        }
    }

    /// <summary>Removes lines along one direction; <paramref name="across"/> and <paramref name="along"/> are the distances of neighbouring pixels.</summary>
    private static bool RemoveLines(bool[] ink, int lines, int length, int across, int along, double shortest, int thickness)
    {
        List<(int Line, int From, int To)> runs = [];
        for (int line = 0; line < lines; line++)
        {
            for (int at = 0; at < length; at++)
            {
                int from = at;
                while (at < length && ink[line * across + at * along])
                {
                    at++;
                }

                if (at - from >= shortest)
                {
                    runs.Add((line, from, at));
                }
            }
        }

        foreach ((int line, int from, int to) in runs)
        {
            for (int at = from; at < to; at++)
            {
                Erase(ink, line, lines, at * along, across, thickness);
            }
        }

        return runs.Count > 0;
    }

    /// <summary>Erases the ink through one pixel of a line, unless it is thicker than a line: then a stroke crosses.</summary>
    private static void Erase(bool[] ink, int line, int lines, int offset, int across, int thickness)
    {
        (int first, int last) = (line, line);
        while (first > 0 && ink[(first - 1) * across + offset])
        {
            first--;
        }

        while (last < lines - 1 && ink[(last + 1) * across + offset])
        {
            last++;
        }

        for (int i = first; i <= last && last - first < thickness; i++)
        {
            ink[i * across + offset] = false;
        }
    }

    private static (int Top, int Bottom) Rows(InkMap map)
    {
        int first = Array.IndexOf(map.IsInk, true);
        int last = Array.LastIndexOf(map.IsInk, true);
        return first < 0 ? (0, 0) : (first / map.Width, last / map.Width + 1);
    }
}
