namespace MnistCnn.Data;

/// <summary>The ten digits as pen strokes: lines through points in a unit square, x to the right, y down.</summary>
internal static class DigitStrokes
{
    /// <summary>For each digit the ways of writing it; for each way its strokes; for each stroke its points.</summary>
    public static readonly (float X, float Y)[][][][] Styles =
    [
        [[Arc(.5f, .5f, .27f, .4f, 0, 360)]],
        [[[(.36f, .26f), (.53f, .1f), (.53f, .9f)]], [[(.5f, .1f), (.5f, .9f)]]],
        [[[.. Arc(.5f, .32f, .25f, .22f, 185, 395), (.25f, .9f), (.78f, .9f)]]],
        [[Arc(.47f, .3f, .24f, .2f, 200, 450), Arc(.47f, .7f, .27f, .2f, 270, 520)]],
        [[[(.6f, .1f), (.22f, .62f), (.8f, .62f)], [(.6f, .1f), (.6f, .9f)]], [[(.28f, .12f), (.24f, .55f), (.78f, .55f)], [(.68f, .12f), (.64f, .9f)]]],
        [[[(.74f, .1f), (.33f, .1f), (.3f, .47f), .. Arc(.48f, .66f, .27f, .24f, 230, 510)]]],
        [[[(.66f, .1f), (.42f, .32f), (.29f, .58f), .. Arc(.51f, .68f, .23f, .21f, 180, 540)]]],
        [[[(.22f, .12f), (.78f, .12f), (.42f, .9f)]], [[(.22f, .12f), (.78f, .12f), (.42f, .9f)], [(.36f, .5f), (.72f, .5f)]]],
        [[Arc(.5f, .3f, .2f, .19f, 90, 450), Arc(.5f, .7f, .25f, .21f, 270, 630)]],
        [[[.. Arc(.5f, .32f, .22f, .21f, 0, 360), (.7f, .6f), (.6f, .9f)]]],
    ];

    private static (float X, float Y)[] Arc(float centreX, float centreY, float radiusX, float radiusY, int fromDegrees, int toDegrees)
    {
        int steps = (toDegrees - fromDegrees) / 24;
        (float X, float Y)[] points = new (float X, float Y)[steps + 1];
        for (int i = 0; i <= steps; i++)
        {
            (float sin, float cos) = MathF.SinCos((fromDegrees + (toDegrees - fromDegrees) * i / (float)steps) * (MathF.PI / 180));
            points[i] = (centreX + radiusX * cos, centreY + radiusY * sin);
        }

        return points;
    }
}
