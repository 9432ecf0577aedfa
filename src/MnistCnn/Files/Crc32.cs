using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MnistCnn.Data;

/// <summary>The checksum of gzip: CRC-32 with the reflected polynomial 0xEDB88320 (RFC 1952, 8).</summary>
/// <remarks>Source of the folding and its constants: Gopal et al., «Fast CRC computation for generic polynomials using PCLMULQDQ», Intel 2009.</remarks>
internal static class Crc32
{
    private const int Block = 64;

    private static readonly uint[][] Tables = CreateTables();

    /// <summary>The checksum of some data and of further data after it.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> data)
    {
        uint register = ~crc;
        if (Pclmulqdq.IsSupported && data.Length >= 2 * Block)
        {
            int folded = data.Length - data.Length % Block;
            register = Fold(register, data[..folded]);
            data = data[folded..];
        }

        return ~AppendByTable(register, data);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static uint AppendByTable(uint register, ReadOnlySpan<byte> data)
    {
        (uint[]? t0, uint[]? t1, uint[]? t2, uint[]? t3, uint[]? t4, uint[]? t5, uint[]? t6, uint[]? t7) =
            (Tables[0], Tables[1], Tables[2], Tables[3], Tables[4], Tables[5], Tables[6], Tables[7]);
        while (data.Length >= 8)
        {
            register ^= BinaryPrimitives.ReadUInt32LittleEndian(data);
            register = t7[(byte)register] ^ t6[(byte)(register >> 8)] ^ t5[(byte)(register >> 16)] ^ t4[register >> 24]
                ^ t3[data[4]] ^ t2[data[5]] ^ t1[data[6]] ^ t0[data[7]];
            data = data[8..];
        }

        foreach (byte value in data)
        {
            register = t0[(byte)(register ^ value)] ^ (register >> 8);
        }

        return register;
    }

    /// <summary>Reduces whole blocks to 16 bytes with the same remainder, and those by table.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static uint Fold(uint register, ReadOnlySpan<byte> data)
    {
        Vector128<long> byBlock = Vector128.Create(0x1_5444_2BD4, 0x1_C6E4_1596);
        Vector128<long> byLane = Vector128.Create(0x1_7519_97D0, 0x0_CCAA_009E);
        ref long source = ref Unsafe.As<byte, long>(ref MemoryMarshal.GetReference(data));
        Vector128<long> a = Vector128.LoadUnsafe(ref source) ^ Vector128.CreateScalar((long)register);
        Vector128<long> b = Vector128.LoadUnsafe(ref source, 2);
        Vector128<long> c = Vector128.LoadUnsafe(ref source, 4);
        Vector128<long> d = Vector128.LoadUnsafe(ref source, 6);
        for (nuint i = Block / 8; i < (nuint)data.Length / 8; i += Block / 8)
        {
            a = Step(a, byBlock) ^ Vector128.LoadUnsafe(ref source, i);
            b = Step(b, byBlock) ^ Vector128.LoadUnsafe(ref source, i + 2);
            c = Step(c, byBlock) ^ Vector128.LoadUnsafe(ref source, i + 4);
            d = Step(d, byBlock) ^ Vector128.LoadUnsafe(ref source, i + 6);
        }

        Span<byte> rest = stackalloc byte[16];
        (Step(Step(Step(a, byLane) ^ b, byLane) ^ c, byLane) ^ d).AsByte().CopyTo(rest);
        return AppendByTable(0, rest);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<long> Step(Vector128<long> value, Vector128<long> by) =>
        Pclmulqdq.CarrylessMultiply(value, by, 0x00) ^ Pclmulqdq.CarrylessMultiply(value, by, 0x11);

    private static uint[][] CreateTables()
    {
        uint[][] tables = new uint[8][];
        for (int t = 0; t < 8; t++)
        {
            tables[t] = new uint[256];
            for (uint i = 0u; i < 256; i++)
            {
                tables[t][i] = t == 0 ? Remainder(i) : tables[0][(byte)tables[t - 1][i]] ^ (tables[t - 1][i] >> 8);
            }
        }

        return tables;
    }

    private static uint Remainder(uint value)
    {
        for (int bit = 0; bit < 8; bit++)
        {
            value = (value >> 1) ^ (0xEDB88320u & (0u - (value & 1)));
        }

        return value;
    }
}
