namespace MnistCnn.Data;

/// <summary>Draws one digit: its strokes under a random affine map, with a pen of random width, anti-aliased, on a noisy background.</summary>
internal static class DigitPainter
{
    public static void Paint(int digit, ref SeededRandom random, Span<byte> pixels, int height, int width)
    {
        var ink = new float[pixels.Length];
        var styles = DigitStrokes.Styles[digit];
        var map = RandomMap(ref random, height, width);
        var unit = Math.Min(height, width) / 28f;
        var radius = random.NextSingle(.8f, 1.7f) * unit;
        var tremble = .025f;
        foreach (var stroke in styles[random.NextInt32(styles.Length)])
        {
            var previous = (X: 0f, Y: 0f);
            for (var i = 0; i < stroke.Length; i++)
            {
                var x = stroke[i].X - .5f + random.NextSingle(-tremble, tremble);
                var y = stroke[i].Y - .5f + random.NextSingle(-tremble, tremble);
                var point = (X: map.Xx * x + map.Xy * y + map.X0, Y: map.Yx * x + map.Yy * y + map.Y0);
                if (i > 0)
                    DrawSegment(ink, height, width, previous, point, radius);
                previous = point;
            }
        }

        Develop(ink, ref random, pixels);
    }

    private static (float Xx, float Xy, float X0, float Yx, float Yy, float Y0) RandomMap(ref SeededRandom random, int height, int width)
    {
        var size = Math.Min(height, width);
        var (sin, cos) = MathF.SinCos(random.NextSingle(-.26f, .26f));
        var shear = random.NextSingle(-.3f, .2f);
        var scaleX = size * random.NextSingle(.6f, .85f);
        var scaleY = size * random.NextSingle(.65f, .85f);
        var x0 = width * .5f - .5f + size * random.NextSingle(-.07f, .07f);
        var y0 = height * .5f - .5f + size * random.NextSingle(-.07f, .07f);
        return (cos * scaleX, (cos * shear - sin) * scaleY, x0, sin * scaleX, (sin * shear + cos) * scaleY, y0);
    }

    private static void DrawSegment(float[] ink, int height, int width, (float X, float Y) from, (float X, float Y) to, float radius)
    {
        var reach = radius + .5f;
        var (left, right) = Range(from.X, to.X, reach, width);
        var (top, bottom) = Range(from.Y, to.Y, reach, height);
        var (dx, dy) = (to.X - from.X, to.Y - from.Y);
        var scale = 1 / MathF.Max(dx * dx + dy * dy, 1e-6f);
        for (var y = top; y <= bottom; y++)
        {
            for (var x = left; x <= right; x++)
            {
                var (px, py) = (x - from.X, y - from.Y);
                var along = Math.Clamp((px * dx + py * dy) * scale, 0, 1);
                var (ex, ey) = (px - along * dx, py - along * dy);
                var coverage = Math.Clamp(reach - MathF.Sqrt(ex * ex + ey * ey), 0, 1);
                ref var value = ref ink[y * width + x];
                value = MathF.Max(value, coverage);
            }
        }
    }

    private static (int First, int Last) Range(float a, float b, float reach, int size) =>
        (Math.Max(0, (int)MathF.Floor(MathF.Min(a, b) - reach)), Math.Min(size - 1, (int)MathF.Ceiling(MathF.Max(a, b) + reach)));

    private static void Develop(float[] ink, ref SeededRandom random, Span<byte> pixels)
    {
        var strength = random.NextSingle(190, 255);
        var bits = 0UL;
        for (var i = 0; i < pixels.Length; i++)
        {
            bits = i % 8 == 0 ? random.NextUInt64() : bits >> 8;
            var noise = (bits & 0xFF) - 128f;
            pixels[i] = (byte)Math.Clamp(ink[i] * strength + noise * .15f, 0, 255);
        }
    }
}
