namespace MnistCnn.Data;

/// <summary>Draws one digit: its strokes under a random affine map, with a pen of random width, anti-aliased, on a noisy background.</summary>
internal static class DigitPainter
{
    public static void Paint(int digit, ref SeededRandom random, Span<byte> pixels, int height, int width)
    {
        float[] ink = new float[pixels.Length];
        (float X, float Y)[][][] styles = DigitStrokes.Styles[digit];
        (float Xx, float Xy, float X0, float Yx, float Yy, float Y0) map = RandomMap(ref random, height, width);
        float unit = Math.Min(height, width) / 28f;
        float radius = random.NextSingle(.8f, 1.7f) * unit;
        float tremble = .025f;
        foreach ((float X, float Y)[] stroke in styles[random.NextInt32(styles.Length)])
        {
            (float X, float Y) previous = (X: 0f, Y: 0f);
            for (int i = 0; i < stroke.Length; i++)
            {
                float x = stroke[i].X - .5f + random.NextSingle(-tremble, tremble);
                float y = stroke[i].Y - .5f + random.NextSingle(-tremble, tremble);
                (float X, float Y) point = (X: map.Xx * x + map.Xy * y + map.X0, Y: map.Yx * x + map.Yy * y + map.Y0);
                if (i > 0)
                {
                    DrawSegment(ink, height, width, previous, point, radius);
                }

                previous = point;
            }
        }

        Develop(ink, ref random, pixels);
    }

    private static (float Xx, float Xy, float X0, float Yx, float Yy, float Y0) RandomMap(ref SeededRandom random, int height, int width)
    {
        int size = Math.Min(height, width);
        (float sin, float cos) = MathF.SinCos(random.NextSingle(-.26f, .26f));
        float shear = random.NextSingle(-.3f, .2f);
        float scaleX = size * random.NextSingle(.6f, .85f);
        float scaleY = size * random.NextSingle(.65f, .85f);
        float x0 = width * .5f - .5f + size * random.NextSingle(-.07f, .07f);
        float y0 = height * .5f - .5f + size * random.NextSingle(-.07f, .07f);
        return (cos * scaleX, (cos * shear - sin) * scaleY, x0, sin * scaleX, (sin * shear + cos) * scaleY, y0);
    }

    private static void DrawSegment(float[] ink, int height, int width, (float X, float Y) from, (float X, float Y) to, float radius)
    {
        float reach = radius + .5f;
        (int left, int right) = Range(from.X, to.X, reach, width);
        (int top, int bottom) = Range(from.Y, to.Y, reach, height);
        (float dx, float dy) = (to.X - from.X, to.Y - from.Y);
        float scale = 1 / MathF.Max(dx * dx + dy * dy, 1e-6f);
        for (int y = top; y <= bottom; y++)
        {
            for (int x = left; x <= right; x++)
            {
                (float px, float py) = (x - from.X, y - from.Y);
                float along = Math.Clamp((px * dx + py * dy) * scale, 0, 1);
                (float ex, float ey) = (px - along * dx, py - along * dy);
                float coverage = Math.Clamp(reach - MathF.Sqrt(ex * ex + ey * ey), 0, 1);
                ref float value = ref ink[y * width + x];
                value = MathF.Max(value, coverage);
            }
        }
    }

    private static (int First, int Last) Range(float a, float b, float reach, int size) =>
        (Math.Max(0, (int)MathF.Floor(MathF.Min(a, b) - reach)), Math.Min(size - 1, (int)MathF.Ceiling(MathF.Max(a, b) + reach)));

    private static void Develop(float[] ink, ref SeededRandom random, Span<byte> pixels)
    {
        float strength = random.NextSingle(190, 255);
        ulong bits = 0UL;
        for (int i = 0; i < pixels.Length; i++)
        {
            bits = i % 8 == 0 ? random.NextUInt64() : bits >> 8;
            float noise = (bits & 0xFF) - 128f;
            pixels[i] = (byte)Math.Clamp(ink[i] * strength + noise * .15f, 0, 255);
        }
    }
}
