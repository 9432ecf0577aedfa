using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MnistCnn.Batches;

/// <summary>Bytes 0–255 to numbers 0–1, as by the division of torchvision's ToTensor.</summary>
internal static class PixelScaling
{
    /// <summary>
    /// 1/255 in two parts: a product with the first alone differs from the division in the last bit, for half of all bytes; with both, rounded once, for none.
    /// </summary>
    private const float Reciprocal = 1 / 255f, Rest = (float)(1 / 255.0 - (double)(1 / 255f));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ToUnit(ReadOnlySpan<byte> pixels, Span<float> values)
    {
        int i = 0;
        if (Vector256.IsHardwareAccelerated && Fma.IsSupported)
        {
            ref byte source = ref MemoryMarshal.GetReference(pixels);
            ref float target = ref MemoryMarshal.GetReference(values[..pixels.Length]);
            for (; i <= pixels.Length - 32; i += 32)
            {
                (Vector256<ushort> low, Vector256<ushort> high) = Vector256.Widen(Vector256.LoadUnsafe(ref source, (nuint)i));
                (Vector256<uint> a, Vector256<uint> b) = Vector256.Widen(low);
                (Vector256<uint> c, Vector256<uint> d) = Vector256.Widen(high);
                Divide(a).StoreUnsafe(ref target, (nuint)i);
                Divide(b).StoreUnsafe(ref target, (nuint)i + 8);
                Divide(c).StoreUnsafe(ref target, (nuint)i + 16);
                Divide(d).StoreUnsafe(ref target, (nuint)i + 24);
            }
        }

        for (; i < pixels.Length; i++)
        {
            values[i] = pixels[i] / 255f;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Divide(Vector256<uint> bytes)
    {
        Vector256<float> value = Vector256.ConvertToSingle(bytes.AsInt32());
        return Fma.MultiplyAdd(value, Vector256.Create(Reciprocal), value * Vector256.Create(Rest));
    }
}
