using System.Buffers.Binary;
using System.Text;

namespace MnistCnn.Tests.Serialization;

/// <summary>Damages a safetensors file in the ways that disks, transfers, programs and enemies do.</summary>
internal static class WeightsMutator
{
    private static readonly string[] Replacements =
    [
        "\"dtype\":\"F32\"|\"dtype\":\"F64\"", "\"dtype\":\"F32\"|\"dtype\":\"I32\"", "\"dtype\":\"F32\"|\"dtype\":\"Q32\"",
            "\"dtype\":\"F32\"|\"dtype\":\"F16\"",
        "[16]|[4e9]", "[16]|[4000000000,4000000000,4000000000]", "[16]|[-16]", "[16]|[16,1]", "[16]|[]", "[16]|[0]", "[16]|[[16]]", "[64,256]|[256,64]",
        "conv1.bias|conv2.bias", "conv1.bias|conv9.bias", "\"shape\"|\"dtype\"", "\"data_offsets\":[|\"data_offsets\":[1",
            "{\"__metadata__\"|{\"__metadata__\":{},\"__metadata__\"",
        "divide by 255|divide by 256", "}}|}", "}}|}}}", "{|[", ",|,,", "\"|", "0|9223372036854775807", "1|-1", "[|[[", "F32|\\u0046\\u0033\\u0032",
            "bias|\\ud800", "weight|wei\0ght",
    ];

    /// <param name="original">The file.</param>
    /// <param name="mutant">Of the same length; overwritten, and most mutants are a part of it, so that making them costs little memory.</param>
    /// <param name="random">Decides what happens.</param>
    public static ReadOnlySpan<byte> Mutate(byte[] original, byte[] mutant, Random random)
    {
        int headerEnd = 8 + (int)BinaryPrimitives.ReadUInt64LittleEndian(original);
        original.CopyTo(mutant, 0);
        int places = 1 << random.Next(0, 6);
        switch (random.Next(12))
        {
            case 0:
                Repeat(places, () => Flip(mutant, random.Next(mutant.Length), random));
                return mutant;
            case 1:
                Repeat(places, () => Flip(mutant, random.Next(headerEnd), random));
                return mutant;
            case 2:
                Repeat(places, () => mutant[random.Next(8, headerEnd)] = (byte)random.Next(32, 127));
                return mutant;
            case 3:
                return mutant.AsSpan(..random.Next(mutant.Length));
            case 4:
                return mutant.AsSpan(..random.Next(headerEnd + 8));
            case 5:
                return (byte[])[.. mutant, .. new byte[random.Next(1, 100)]];
            case 6:
                BinaryPrimitives.WriteUInt64LittleEndian(mutant, random.Next(3) switch
                {
                    0 => (ulong)random.NextInt64(),
                    1 => (ulong)random.Next(headerEnd * 2),
                    _ => (ulong)(mutant.Length - random.Next(16))
                });
                return mutant;
            case 7:
                BinaryPrimitives.WriteUInt32LittleEndian(mutant.AsSpan(headerEnd + 4 * random.Next((mutant.Length - headerEnd) / 4)),
                    0x7F800000u | (uint)random.Next(1 << 23));
                return mutant;
            case 8:
                int from = random.Next(8, headerEnd);
                return (byte[])[.. mutant[..from], .. mutant[Math.Min(mutant.Length, from + random.Next(1, 40))..]];
            case 9:
                int at = random.Next(8, headerEnd);
                byte[] inserted = new byte[random.Next(1, 40)];
                random.NextBytes(inserted);
                return (byte[])[.. mutant[..at], .. inserted, .. mutant[at..]];
            case 10:
                return ReplaceInHeader(original, headerEnd, random);
            default:
                int source = random.Next(mutant.Length);
                int target = random.Next(mutant.Length);
                mutant.AsSpan(source, Math.Min(random.Next(1, 4096), mutant.Length - Math.Max(source, target))).CopyTo(mutant.AsSpan(target));
                return mutant;
        }
    }

    private static byte[] ReplaceInHeader(byte[] original, int headerEnd, Random random)
    {
        string header = Encoding.UTF8.GetString(original, 8, headerEnd - 8);
        string[] pair = Replacements[random.Next(Replacements.Length)].Split('|');
        int[] places = [.. Enumerable.Range(0, header.Length).Where(i => string.CompareOrdinal(header, i, pair[0], 0, pair[0].Length) == 0)];
        int place = places[random.Next(places.Length)];
        byte[] edited = Encoding.UTF8.GetBytes(string.Concat(header.AsSpan(0, place), pair[1], header.AsSpan(place + pair[0].Length)));
        byte[] length = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)edited.Length);
        return [.. length, .. edited, .. original[headerEnd..]];
    }

    private static void Flip(byte[] bytes, int index, Random random) => bytes[index] ^= (byte)(1 << random.Next(8));

    private static void Repeat(int count, Action action)
    {
        for (int i = 0; i < count; i++)
        {
            action();
        }
    }
}
