using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MnistCnn.Batches;

/// <summary>Bytes 0–255 to numbers 0–1, by division as torchvision's ToTensor does it: a product with 1/255 differs in the last bit.</summary>
internal static class PixelScaling
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ToUnit(ReadOnlySpan<byte> pixels, Span<float> values)
    {
        int i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            ref byte source = ref MemoryMarshal.GetReference(pixels);
            ref float target = ref MemoryMarshal.GetReference(values[..pixels.Length]);
            Vector256<float> scale = Vector256.Create(255f);
            for (; i <= pixels.Length - 32; i += 32)
            {
                (Vector256<ushort> low, Vector256<ushort> high) = Vector256.Widen(Vector256.LoadUnsafe(ref source, (nuint)i));
                (Vector256<uint> a, Vector256<uint> b) = Vector256.Widen(low);
                (Vector256<uint> c, Vector256<uint> d) = Vector256.Widen(high);
                (Vector256.ConvertToSingle(a.AsInt32()) / scale).StoreUnsafe(ref target, (nuint)i);
                (Vector256.ConvertToSingle(b.AsInt32()) / scale).StoreUnsafe(ref target, (nuint)i + 8);
                (Vector256.ConvertToSingle(c.AsInt32()) / scale).StoreUnsafe(ref target, (nuint)i + 16);
                (Vector256.ConvertToSingle(d.AsInt32()) / scale).StoreUnsafe(ref target, (nuint)i + 24);
            }
        }

        for (; i < pixels.Length; i++)
            values[i] = pixels[i] / 255f;
    }
}
