using MnistCnn.Engine;

namespace MnistCnn.Tests.Engine;

/// <summary>Tensors of parameters in PyTorch's layout, at addresses that stay.</summary>
internal sealed unsafe class ParameterMemory
{
    private readonly AlignedBuffer[] buffers;

    public ParameterMemory(IEnumerable<float[]> values)
    {
        buffers = [.. values.Select(v => Of(v.Length, i => v[i]))];
        Addresses = [.. buffers.Select(buffer => (nint)buffer.Pointer)];
    }

    public nint[] Addresses { get; }

    public float[] ToArray(int tensor)
    {
        float[] values = new ReadOnlySpan<float>(buffers[tensor].Pointer, (int)buffers[tensor].Length).ToArray();
        GC.KeepAlive(this);
        return values;
    }

    public static AlignedBuffer Of(int length, Func<int, float> value)
    {
        AlignedBuffer buffer = new(length);
        for (int i = 0; i < length; i++)
        {
            buffer.Pointer[i] = value(i);
        }

        return buffer;
    }
}
