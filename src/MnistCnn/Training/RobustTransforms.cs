using MnistCnn.Batches;

namespace MnistCnn.Training;

/// <summary>The transforms of <see cref="TrainingRecipe.Robust"/>, in the order in which a digit meets them: pen, hand, then paper and camera.</summary>
internal static class RobustTransforms
{
    public static IReadOnlyList<IImageTransform> All { get; } =
    [
        Strokes(share: 0.3f),
        Warps(maxOffset: 2.25f),
        new RandomChoice(
            (0.09f, new RandomStroke { Change = StrokeChange.Outline }),
            (0.07f, new RandomBlur { Kind = BlurKind.LowResolution }),
            (0.07f, new RandomBlur { Kind = BlurKind.Gaussian }),
            (0.06f, new RandomBlur { Kind = BlurKind.Motion }),
            (0.02f, new RandomBlur { Kind = BlurKind.Filter }),
            (0.22f, new RandomOcclusion { Kind = OcclusionKind.Lines }),
            (0.04f, new RandomOcclusion { Kind = OcclusionKind.Patches }),
            (0.02f, new RandomOcclusion { Kind = OcclusionKind.Edges }),
            (0.09f, new RandomOcclusion { Kind = OcclusionKind.InvertedBand }),
            (0.07f, new RandomContrast { Kind = ContrastKind.Levels }),
            (0.03f, new RandomContrast { Kind = ContrastKind.Gradient }),
            (0.03f, new RandomContrast { Kind = ContrastKind.Inversion }),
            (0.05f, new RandomNoise { Kind = NoiseKind.Shot }),
            (0.07f, new RandomNoise { Kind = NoiseKind.Gaussian }),
            (0.07f, new RandomNoise { Kind = NoiseKind.Impulse })) { CountWeights = [0.5f, 0.38f, 0.1f, 0.02f] },
    ];

    /// <summary>Other pens.</summary>
    /// <param name="share">The share of images that are changed.</param>
    public static RandomChoice Strokes(float share) => RandomChoice.Sometimes(share, new RandomChoice(
        (0.7f, new RandomStroke { Change = StrokeChange.Thinner }),
        (0.3f, new RandomStroke { Change = StrokeChange.Thicker })));

    /// <summary>Other hands, and three in ten images far from upright, centred and of the usual size.</summary>
    /// <param name="maxOffset">How far points of a stroke move, in pixels.</param>
    public static RandomChoice Warps(float maxOffset) => new(
        (0.7f, Warp(maxOffset, new RandomAffine { Degrees = 15, Translation = 0.1f, ShearDegrees = 10, MinScale = 0.85f, MaxScale = 1.15f })),
        (0.3f, Warp(maxOffset, new RandomAffine
        {
            Degrees = 36,
            Translation = 0.17f,
            ShearDegrees = 26,
            MinScale = 0.55f,
            MaxScale = 1.35f,
            MaxStretch = 1.28f
        })));

    private static RandomElastic Warp(float maxOffset, RandomAffine affine) => new() { MaxOffset = maxOffset, Probability = 0.9f, Affine = affine };
}
