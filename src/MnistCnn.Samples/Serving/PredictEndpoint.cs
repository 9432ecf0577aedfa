using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using MnistCnn.Imaging;
using MnistCnn.Samples.Answers;

namespace MnistCnn.Samples.Serving;

/// <summary>
/// <c>POST /predict</c>: the body is a PNG, which is prepared as MNIST was, or a byte for each pixel of the model's images (row by row, 0 background, 255 ink),
/// which are taken as they are. With <c>?pixels=true</c> the answer also holds the pixels that the network saw, in Base64.
/// </summary>
internal static class PredictEndpoint
{
    public static object Answer(HttpContext context, CnnPredictor predictor, byte[] body)
    {
        long started = Stopwatch.GetTimestamp();
        byte[] pixels = PixelsOf(body, predictor);
        double preparation = Stopwatch.GetElapsedTime(started).TotalMilliseconds;

        started = Stopwatch.GetTimestamp();
        DigitAnswer answer = DigitAnswer.Of(predictor, pixels);
        double network = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        context.Response.Headers["Server-Timing"] = string.Create(CultureInfo.InvariantCulture, $"prepare;dur={preparation:F3}, network;dur={network:F3}");
        return context.Request.Query["pixels"] == "true" ? answer with { Pixels = pixels } : answer;
    }

    private static byte[] PixelsOf(byte[] body, CnnPredictor predictor)
    {
        int pixels = predictor.Height * predictor.Width;
        if (PictureBody.IsPng(body))
        {
            return DigitImage.Prepare(PictureBody.CheckPng(body), predictor.Height, predictor.Width);
        }

        return body.Length == pixels
            ? body
            : throw new FormatException(
                $"Body: expected a PNG or {pixels} bytes ({predictor.Height}×{predictor.Width}), found {body.Length} bytes that are not a PNG.");
    }
}
