using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MnistCnn.Imaging;

/// <summary>
/// The file that keeps decoded pictures: magic and version (8 bytes), key (32), number of unreadable pictures (4), index and reason of each, pixels, and
/// SHA-256 of all this (32).
/// </summary>
/// <remarks>The key is the SHA-256 of the options and of path, length and time of every picture: whatever changes, the pictures are decoded again.</remarks>
internal sealed class PictureCache(string path, byte[] key)
{
    private const int HashLength = 32;

    private static ReadOnlySpan<byte> Magic => "MNICACH1"u8;

    public static byte[] KeyOf(IReadOnlyList<PictureEntry> pictures, ImageFolderOptions options)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(string.Create(CultureInfo.InvariantCulture, $"{options.Height}|{options.Width}|{options.Preparation}"));
        foreach (PictureEntry picture in pictures)
        {
            FileInfo file = new(picture.Path);
            Append(string.Create(CultureInfo.InvariantCulture, $"{picture.Path}|{(file.Exists ? file.Length : -1)}|{file.LastWriteTimeUtc.Ticks}"));
        }

        return hash.GetHashAndReset();

        void Append(string text) => hash.AppendData(Encoding.UTF8.GetBytes(text + "\n"));
    }

    /// <summary>What was kept; null if there is nothing, something else, or a damaged file.</summary>
    public (byte[] Pixels, string?[] Faults)? Read(int count, int imageSize)
    {
        try
        {
            if (!File.Exists(path) || new FileInfo(path).Length > (long)count * imageSize + (64 << 20))
            {
                return null;
            }

            byte[] bytes = File.ReadAllBytes(path);
            return bytes.Length >= Magic.Length + 2 * HashLength + 4 && bytes.AsSpan().StartsWith(Magic)
                && bytes.AsSpan(Magic.Length, HashLength).SequenceEqual(key)
                && SHA256.HashData(bytes.AsSpan(0, bytes.Length - HashLength)).AsSpan().SequenceEqual(bytes.AsSpan(bytes.Length - HashLength))
                ? Parse(bytes, count, imageSize)
                : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Keeps pictures, in one step; a folder that cannot be written is left as it is.</summary>
    public void Write(byte[] pixels, string?[] faults)
    {
        string temporary = string.Create(CultureInfo.InvariantCulture, $"{path}.{Environment.ProcessId}.{Guid.NewGuid():N}.tmp");
        try
        {
            using (FileStream file = new(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None))
            using (IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256))
            {
                foreach (byte[] part in (byte[][])[HeaderOf(faults), pixels])
                {
                    file.Write(part);
                    hash.AppendData(part);
                }

                file.Write(hash.GetHashAndReset());
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            DeleteIfPossible(temporary);
        }
    }

    private static (byte[] Pixels, string?[] Faults)? Parse(byte[] bytes, int count, int imageSize)
    {
        using BinaryReader reader = new(new MemoryStream(bytes), Encoding.UTF8);
        reader.BaseStream.Position = Magic.Length + HashLength;
        string?[] faults = new string?[count];
        for (int left = reader.ReadInt32(); left > 0; left--)
        {
            int index = reader.ReadInt32();
            string reason = reader.ReadString();
            if ((uint)index >= (uint)count)
            {
                return null;
            }

            faults[index] = reason;
        }

        long start = reader.BaseStream.Position;
        return bytes.Length - HashLength - start == (long)count * imageSize ? (bytes[(int)start..^HashLength], faults) : null;
    }

    private static void DeleteIfPossible(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return;
        }
    }

    private byte[] HeaderOf(string?[] faults)
    {
        using MemoryStream header = new();
        using BinaryWriter writer = new(header, Encoding.UTF8);
        writer.Write(Magic);
        writer.Write(key);
        writer.Write(faults.Count(fault => fault is not null));
        for (int i = 0; i < faults.Length; i++)
        {
            if (faults[i] is { } reason)
            {
                writer.Write(i);
                writer.Write(reason);
            }
        }

        writer.Flush();
        return header.ToArray();
    }
}
