using System.Buffers.Binary;
using Microsoft.AspNetCore.Http;

namespace MnistCnn.Samples.Serving;

/// <summary>The body of a request that holds a PNG.</summary>
internal static class PictureBody
{
    private const int LargestSide = 4096;

    private static ReadOnlySpan<byte> PngSignature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a];

    public static async Task<byte[]> Read(HttpContext context)
    {
        using MemoryStream body = new();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        return body.ToArray();
    }

    public static bool IsPng(ReadOnlySpan<byte> body) => body.StartsWith(PngSignature);

    /// <exception cref="FormatException">The header is cut, or declares no or too many pixels.</exception>
    public static byte[] CheckPng(byte[] body)
    {
        if (body.Length < 24)
        {
            throw new FormatException($"PNG: expected a header of 24 bytes or more, found {body.Length}.");
        }

        uint width = BinaryPrimitives.ReadUInt32BigEndian(body.AsSpan(16)), height = BinaryPrimitives.ReadUInt32BigEndian(body.AsSpan(20));
        return width is > 0 and <= LargestSide && height is > 0 and <= LargestSide
            ? body
            : throw new FormatException($"PNG: expected sides of 1 to {LargestSide} pixels, found {width}×{height}.");
    }
}
