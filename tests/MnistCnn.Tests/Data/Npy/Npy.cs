using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace MnistCnn.Tests.Data;

/// <summary>Bytes of .npy files put together by hand, valid or not.</summary>
internal static class Npy
{
    /// <summary>A file of version 1 with this dictionary, padded as NumPy pads it.</summary>
    public static byte[] WithHeader(string dictionary, params byte[] payload)
    {
        byte[] text = Encoding.Latin1.GetBytes(dictionary.PadRight(118 - 1) + "\n");
        byte[] start = [0x93, .. "NUMPY"u8, 1, 0, 0, 0];
        BinaryPrimitives.WriteUInt16LittleEndian(start.AsSpan(8), (ushort)text.Length);
        return [.. start, .. text, .. payload];
    }

    public static byte[] Of<T>(string descr, T[] values, params int[] shape)
        where T : unmanaged => Of(descr, values, fortran: false, shape);

    public static byte[] Of<T>(string descr, T[] values, bool fortran, params int[] shape)
        where T : unmanaged =>
        WithHeader(Dictionary(descr, fortran, shape), MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    public static string Dictionary(string descr, bool fortran, params int[] shape) =>
        string.Create(CultureInfo.InvariantCulture,
            $"{{'descr': '{descr}', 'fortran_order': {(fortran ? "True" : "False")}, 'shape': ({string.Join(", ", shape)}{(shape.Length == 1 ? "," : "")}), "
            + $"}}");
}
