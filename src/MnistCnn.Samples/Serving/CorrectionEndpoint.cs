using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace MnistCnn.Samples.Serving;

/// <summary>
/// <c>POST /correct?digit=N</c> keeps a drawing, a PNG, for <c>train --fine-tune</c>. It goes into the folder of class N, the first being 0.
/// <c>GET /correct</c> says whether corrections are kept.
/// </summary>
/// <param name="folder">The folder of the folders, or null where nothing is kept.</param>
internal sealed class CorrectionEndpoint(string? folder)
{
    public Task Describe(HttpContext context) => JsonAnswer.Write(context, new { kept = folder is not null });

    public async Task Keep(HttpContext context, IReadOnlyList<string> classNames)
    {
        byte[] picture = await PictureBody.Read(context);
        string text = context.Request.Query["digit"].ToString();
        if (folder is null || !classNames.All(IsFolderName))
        {
            await JsonAnswer.Refuse(context, StatusCodes.Status404NotFound,
                "Corrections are not kept: start with serve --corrections FOLDER and a model whose classes can be names of folders.");
            return;
        }

        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int digit) || digit >= classNames.Count)
        {
            await JsonAnswer.Refuse(context, StatusCodes.Status400BadRequest, $"digit: expected 0 to {classNames.Count - 1}, found '{text}'.");
            return;
        }

        if (!PictureBody.IsPng(picture))
        {
            await JsonAnswer.Refuse(context, StatusCodes.Status400BadRequest, $"Body: expected a PNG, found {picture.Length} bytes that are none.");
            return;
        }

        // Named by its content: one drawing is kept once, and under the class that was given last.
        string name = $"{Convert.ToHexStringLower(SHA256.HashData(picture).AsSpan(0, 8))}.png";
        foreach (string other in classNames)
        {
            File.Delete(Path.Combine(Directory.CreateDirectory(Path.Combine(folder, other)).FullName, name));
        }

        await File.WriteAllBytesAsync(Path.Combine(folder, classNames[digit], name), picture, context.RequestAborted);
        int kept = Directory.EnumerateFiles(folder, "*.png", SearchOption.AllDirectories).Count();
        await JsonAnswer.Write(context, new { digit, @class = classNames[digit], kept });
    }

    /// <summary>Whether a name stays below the folder: a model file may hold any names, dots alone among them.</summary>
    private static bool IsFolderName(string name) => name.Trim('.', ' ').Length > 0 && name.IndexOfAny(Path.GetInvalidFileNameChars()) < 0;
}
