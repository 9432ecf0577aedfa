namespace MnistCnn.Batches;

/// <summary>The corruptions of MNIST-C by name and severity, as its program defines them. Results may lie outside 0 to 1: the caller clips them.</summary>
internal static class Corruptions
{
    private static readonly float[] Photons = [60, 25, 12, 5, 3], Impulses = [.03f, .06f, .09f, .17f, .27f];
    private static readonly (float Sigma, int Reach, int Rounds)[] Glasses = [(.7f, 1, 2), (.9f, 2, 1), (1, 2, 3), (1.1f, 3, 2), (1.5f, 4, 2)];
    private static readonly (int Radius, float Sigma)[] Motions = [(10, 3), (15, 5), (15, 8), (15, 12), (20, 15)];
    private static readonly (float Density, float Decay)[] Fogs = [(1.5f, 2), (2, 2), (2.5f, 1.7f), (2.5f, 1.5f), (3, 1.4f)];

    /// <summary>The severity at which MNIST-C was made.</summary>
    public static int PublishedSeverity(Corruption corruption) => corruption switch
    {
        Corruption.ShotNoise or Corruption.Brightness or Corruption.Fog => 5,
        Corruption.ImpulseNoise or Corruption.Spatter => 4,
        Corruption.Scale or Corruption.Translate => 3,
        Corruption.Shear or Corruption.Rotate => 2,
        _ => 1,
    };

    /// <summary>Its name among the published sets, for instance <c>glass-blur</c>.</summary>
    public static string PublishedName(Corruption corruption) =>
        string.Concat($"{corruption}".Select((letter, i) => $"{(i > 0 && char.IsUpper(letter) ? "-" : "")}{char.ToLowerInvariant(letter)}"));

    public static void Apply(Corruption corruption, int severity, ImageWork image, ref ImageRandom random)
    {
        int s = severity - 1;
        switch (corruption)
        {
            case Corruption.ShotNoise:
                NoiseCorruptions.Shot(image, Photons[s], ref random);
                break;
            case Corruption.ImpulseNoise:
                NoiseCorruptions.Impulse(image, Impulses[s], ref random);
                break;
            case Corruption.GlassBlur:
                (float sigma, int reach, int rounds) = Glasses[s];
                BlurCorruptions.Glass(image, sigma, reach, rounds, ref random);
                break;
            case Corruption.MotionBlur:
                BlurCorruptions.Motion(image, Motions[s].Radius, Motions[s].Sigma, ref random);
                break;
            case Corruption.Shear:
                (float sinShear, float cosShear) = MathF.SinCos(.2f * severity * Sign(ref random));
                Warp(image, new AffineMap(1, -sinShear, 0, cosShear, 0, 0));
                break;
            case Corruption.Scale:
                float zoom = 1 / (1 - .1f * severity);
                Warp(image, new AffineMap(zoom, 0, 0, zoom, 0, 0));
                break;
            case Corruption.Rotate:
                (float sin, float cos) = MathF.SinCos(.2f * severity * Sign(ref random));
                Warp(image, new AffineMap(cos, -sin, sin, cos, 0, 0));
                break;
            case Corruption.Translate:
                Warp(image, new AffineMap(1, 0, 0, 1, severity * Sign(ref random), severity * Sign(ref random)));
                break;
            case Corruption.Brightness:
                NoiseCorruptions.Brighten(image, .1f * severity);
                break;
            case Corruption.Stripe:
                NoiseCorruptions.InvertSides(image);
                break;
            case Corruption.Fog:
                (float density, float decay) = Fogs[s];
                Fog.Add(image, density, decay, ref random);
                break;
            case Corruption.Spatter:
                Spatter.Apply(image, severity, ref random);
                break;
            case Corruption.DottedLine:
                LineCorruptions.DottedLine(image, ref random);
                break;
            case Corruption.Zigzag:
                LineCorruptions.Zigzag(image, ref random);
                break;
            default:
                new CannyEdges(image).Find();
                break;
        }
    }

    private static int Sign(ref ImageRandom random) => 2 * random.NextInt32(2) - 1;

    private static void Warp(ImageWork image, AffineMap map) => AffineSampler.Sample(image.Source, image.Result, image.Height, image.Width, map);
}
