using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace MnistCnn.Samples.Serving;

/// <summary>
/// <c>POST /correct?digit=N</c>: keeps a drawing, a PNG, in the folder of the digit that it shows, for <c>train --fine-tune</c>. <c>GET /correct</c> says
/// whether corrections are kept.
/// </summary>
/// <param name="folder">The folder of the folders, or null where nothing is kept.</param>
internal sealed class CorrectionEndpoint(string? folder)
{
    private const int Digits = 10;

    private static ReadOnlySpan<byte> PngSignature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a];

    public Task Describe(HttpContext context) => JsonAnswer.Write(context, new { kept = folder is not null });

    public async Task Keep(HttpContext context)
    {
        using MemoryStream body = new();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        string text = context.Request.Query["digit"].ToString();
        if (folder is null)
        {
            await JsonAnswer.Refuse(context, StatusCodes.Status404NotFound, "Corrections are not kept: start with serve --corrections FOLDER.");
            return;
        }

        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int digit) || digit >= Digits)
        {
            await JsonAnswer.Refuse(context, StatusCodes.Status400BadRequest, $"digit: expected 0 to 9, found '{text}'.");
            return;
        }

        byte[] picture = body.ToArray();
        if (!picture.AsSpan().StartsWith(PngSignature))
        {
            await JsonAnswer.Refuse(context, StatusCodes.Status400BadRequest, $"Body: expected a PNG, found {picture.Length} bytes that are none.");
            return;
        }

        // Named by its content: one drawing is kept once, and under the digit that was given last.
        string name = $"{Convert.ToHexStringLower(SHA256.HashData(picture).AsSpan(0, 8))}.png";
        for (int other = 0; other < Digits; other++)
        {
            File.Delete(Path.Combine(Directory.CreateDirectory(Path.Combine(folder, $"{other}")).FullName, name));
        }

        await File.WriteAllBytesAsync(Path.Combine(folder, $"{digit}", name), picture, context.RequestAborted);
        await JsonAnswer.Write(context, new { digit, kept = Directory.EnumerateFiles(folder, "*.png", SearchOption.AllDirectories).Count() });
    }
}
