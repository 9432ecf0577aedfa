using ScottPlot;
using SkiaSharp;

namespace MnistCnn.Samples.Pictures;

/// <summary>DejaVu Sans from this assembly, so that pictures have text on machines without a font.</summary>
internal sealed class EmbeddedFont : IFontResolver
{
    public const string Family = "DejaVu Sans Latin";

    public static SKTypeface Typeface { get; } = Load();

    public static void UseInScottPlot()
    {
        if (!Fonts.FontResolvers.OfType<EmbeddedFont>().Any())
        {
            Fonts.FontResolvers.Insert(0, new EmbeddedFont());
            Fonts.Default = Fonts.Sans = Family;
        }
    }

    public SKTypeface? CreateTypeface(string fontName, bool bold, bool italic) => fontName == Family ? Load() : null;

    public SKTypeface? CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) =>
        CreateTypeface(fontName, bold: false, italic: false);

    private static SKTypeface Load()
    {
        using Stream file = typeof(EmbeddedFont).Assembly.GetManifestResourceStream("DejaVuSans-Latin.ttf")!;
        return SKTypeface.FromStream(file);
    }
}
