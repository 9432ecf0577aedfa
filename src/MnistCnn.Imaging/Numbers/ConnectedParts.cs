namespace MnistCnn.Imaging;

/// <summary>A connected part of the ink.</summary>
/// <param name="Label">Its number in the label map, from 1.</param>
/// <param name="Box">Where it is.</param>
/// <param name="Area">Its pixels.</param>
internal readonly record struct InkPart(int Label, PictureBox Box, int Area);

/// <summary>Finds the parts of the ink that are connected through sides or corners of pixels.</summary>
internal static class ConnectedParts
{
    private const int SmallestArea = 5;

    /// <returns>The parts of some size, and for each pixel the label of its part, 0 where there is none.</returns>
    public static (List<InkPart> Parts, int[] Labels) Find(bool[] ink, int width)
    {
        int[] labels = new int[ink.Length];
        List<InkPart> parts = [];
        Stack<int> open = new();
        int label = 0;
        for (int start = 0; start < ink.Length; start++)
        {
            if (ink[start] && labels[start] == 0)
            {
                InkPart part = Fill(ink, width, labels, ++label, start, open);
                if (part.Area >= SmallestArea)
                {
                    parts.Add(part);
                }
            }
        }

        return (parts, labels);
    }

    private static InkPart Fill(bool[] ink, int width, int[] labels, int label, int start, Stack<int> open)
    {
        (int left, int right, int top, int bottom, int area) = (int.MaxValue, -1, int.MaxValue, -1, 0);
        labels[start] = label;
        open.Push(start);
        while (open.TryPop(out int at))
        {
            (int x, int y) = (at % width, at / width);
            (left, right, top, bottom, area) = (Math.Min(left, x), Math.Max(right, x), Math.Min(top, y), Math.Max(bottom, y), area + 1);
            for (int row = Math.Max(0, y - 1); row <= Math.Min(ink.Length / width - 1, y + 1); row++)
            {
                for (int column = Math.Max(0, x - 1); column <= Math.Min(width - 1, x + 1); column++)
                {
                    int neighbour = row * width + column;
                    if (ink[neighbour] && labels[neighbour] == 0)
                    {
                        labels[neighbour] = label;
                        open.Push(neighbour);
                    }
                }
            }
        }

        return new InkPart(label, new PictureBox(left, top, right - left + 1, bottom - top + 1), area);
    }
}
