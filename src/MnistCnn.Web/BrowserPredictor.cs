using System.Runtime.InteropServices.JavaScript;
using System.Runtime.Versioning;
using System.Text.Json;
using MnistCnn.Imaging;
using MnistCnn.Samples.Answers;

namespace MnistCnn.Web;

/// <summary>What <c>network.js</c> calls. Pictures are grey, a byte a pixel, row by row; answers are JSON, as those of <c>serve</c>.</summary>
[SupportedOSPlatform("browser")]
internal static partial class BrowserPredictor
{
    private static CnnPredictor? Predictor;

    private static CnnPredictor Loaded => Predictor ?? throw new InvalidOperationException("Expected a model, found a call before Load.");

    /// <summary>Is never run, but a program must have it.</summary>
    private static void Main()
    {
    }

    /// <summary>Reads the model, which the other calls use.</summary>
    /// <param name="file">A safetensors file.</param>
    /// <returns>A <see cref="ModelAnswer"/>.</returns>
    [JSExport]
    internal static string Load(byte[] file)
    {
        Predictor = CnnPredictor.Load(new MemoryStream(file));
        return JsonSerializer.Serialize(ModelAnswer.Of(Predictor), AnswerJson.Default.ModelAnswer);
    }

    /// <summary>Makes of a picture of one digit the image that the network takes.</summary>
    [JSExport]
    internal static byte[] Prepare(byte[] grey, int width) => DigitImage.PrepareGrey(grey, width, Loaded.Height, Loaded.Width);

    /// <summary>Predicts a prepared image.</summary>
    /// <returns>A <see cref="DigitAnswer"/>.</returns>
    [JSExport]
    internal static string Predict(byte[] pixels) =>
        JsonSerializer.Serialize(DigitAnswer.Of(Loaded, pixels) with { Pixels = pixels }, AnswerJson.Default.DigitAnswer);

    /// <summary>Reads a written number.</summary>
    /// <returns>A <see cref="NumberAnswer"/>.</returns>
    [JSExport]
    internal static string Read(byte[] grey, int width) =>
        JsonSerializer.Serialize(NumberAnswer.Of(new NumberReader(Loaded).ReadGrey(grey, width)), AnswerJson.Default.NumberAnswer);
}
