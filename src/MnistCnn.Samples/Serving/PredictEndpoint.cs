using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using MnistCnn.Imaging;
using MnistCnn.Inference;

namespace MnistCnn.Samples.Serving;

/// <summary>
/// <c>POST /predict</c>: the body is a PNG, which is prepared as MNIST was, or 784 bytes (row by row, 0 background, 255 ink), which
/// are taken as they are. With <c>?pixels=true</c> the answer also holds the 784 bytes that the network saw, in Base64.
/// </summary>
internal static class PredictEndpoint
{
    private const int PixelCount = 28 * 28;
    private const int LargestSide = 4096;

    private static ReadOnlySpan<byte> PngSignature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a];

    public static async Task Answer(HttpContext context, CnnPredictor predictor)
    {
        byte[] body = await ReadBody(context);
        byte[] pixels;
        long started = Stopwatch.GetTimestamp();
        try
        {
            pixels = PixelsOf(body);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or IOException)
        {
            await JsonAnswer.Refuse(context, StatusCodes.Status400BadRequest, e.Message);
            return;
        }

        double preparation = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        started = Stopwatch.GetTimestamp();
        float[] probabilities = new float[predictor.ClassNames.Count], scores = new float[1];
        predictor.Predict(pixels, probabilities, scores);
        double network = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        context.Response.Headers["Server-Timing"] = string.Create(CultureInfo.InvariantCulture, $"prepare;dur={preparation:F3}, network;dur={network:F3}");

        int digit = probabilities.AsSpan().IndexOf(probabilities.Max());
        (float familiarity, bool familiar) = (scores[0], predictor.IsFamiliar(pixels, scores[0]));
        await (context.Request.Query["pixels"] == "true"
            ? JsonAnswer.Write(context, new { digit, probability = probabilities[digit], probabilities, familiar, familiarity, pixels })
            : JsonAnswer.Write(context, new { digit, probability = probabilities[digit], probabilities, familiar, familiarity }));
    }

    private static async Task<byte[]> ReadBody(HttpContext context)
    {
        using MemoryStream body = new();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        return body.ToArray();
    }

    private static byte[] PixelsOf(byte[] body)
    {
        if (!body.AsSpan().StartsWith(PngSignature))
        {
            return body.Length == PixelCount ? body : throw new FormatException($"Body: expected a PNG or {PixelCount} bytes, found {body.Length} bytes that are not a PNG.");
        }

        if (body.Length < 24)
        {
            throw new FormatException($"PNG: expected a header of 24 bytes or more, found {body.Length}.");
        }

        uint width = BinaryPrimitives.ReadUInt32BigEndian(body.AsSpan(16)), height = BinaryPrimitives.ReadUInt32BigEndian(body.AsSpan(20));
        if (width is 0 or > LargestSide || height is 0 or > LargestSide)
        {
            throw new FormatException($"PNG: expected sides of 1 to {LargestSide} pixels, found {width}×{height}.");
        }

        return DigitImage.Prepare(body);
    }
}
