using System.Runtime.Intrinsics;
using MnistCnn.Networks;

namespace MnistCnn.Inference;

/// <summary>Images of bytes, one after another; they become floats 0 to 255.</summary>
internal sealed unsafe class PixelImages(int length) : CnnImages
{
    /// <summary>The first image.</summary>
    public byte* Start { get; set; }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Read(int first, int count, float* destination)
    {
        byte* source = Start + ((nint)first * length);
        int i = 0, total = count * length;
        for (; i <= total - Vector128<byte>.Count; i += Vector128<byte>.Count)
        {
            (Vector128<ushort> lower, Vector128<ushort> upper) = Vector128.Widen(Vector128.Load(source + i));
            (Vector128<uint> one, Vector128<uint> two) = Vector128.Widen(lower);
            (Vector128<uint> three, Vector128<uint> four) = Vector128.Widen(upper);
            Vector128.ConvertToSingle(one.AsInt32()).Store(destination + i);
            Vector128.ConvertToSingle(two.AsInt32()).Store(destination + i + 4);
            Vector128.ConvertToSingle(three.AsInt32()).Store(destination + i + 8);
            Vector128.ConvertToSingle(four.AsInt32()).Store(destination + i + 12);
        }

        for (; i < total; i++)
        {
            destination[i] = source[i];
        }
    }
}
