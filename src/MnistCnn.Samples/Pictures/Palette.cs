using SkiaSharp;

namespace MnistCnn.Samples.Pictures;

/// <summary>The colours of all pictures; teal and orange are told apart by colour-blind readers too.</summary>
internal static class Palette
{
    public static readonly SKColor Text = new(0x1d, 0x23, 0x2b);
    public static readonly SKColor Quiet = new(0x6b, 0x74, 0x7e);
    public static readonly SKColor Faint = new(0xa9, 0xb1, 0xba);
    public static readonly SKColor Line = new(0xe3, 0xe5, 0xe8);
    public static readonly SKColor Right = new(0x0a, 0x6b, 0x5d);
    public static readonly SKColor Wrong = new(0xd9, 0x5f, 0x0e);

    public static SKColor Mix(SKColor from, SKColor to, double share)
    {
        byte Part(byte a, byte b) => (byte)Math.Round(a + (b - a) * Math.Clamp(share, 0, 1));
        return new(Part(from.Red, to.Red), Part(from.Green, to.Green), Part(from.Blue, to.Blue));
    }
}
