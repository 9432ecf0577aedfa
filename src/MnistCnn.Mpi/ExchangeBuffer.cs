using System.Runtime.InteropServices;

namespace MnistCnn.Mpi;

/// <summary>
/// Native memory that exchanges run in. A call that gives up leaves its exchange unfinished, and MPI may still write into the memory: so it never moves,
/// and it is freed only after MPI was finalised.
/// </summary>
internal sealed unsafe class ExchangeBuffer : IDisposable
{
    public const int MaxBytes = 64 << 20;

    private const nuint CacheLine = 64;

    private byte* memory;
    private int capacity;

    public nint Address => (nint)memory;

    /// <summary>The first elements, at most <see cref="MaxBytes"/>; their content is lost when the buffer grows. Only between exchanges.</summary>
    public Span<T> Take<T>(int count)
        where T : unmanaged
    {
        int bytes = checked(count * sizeof(T));
        if (bytes > capacity)
        {
            NativeMemory.AlignedFree(memory);
            memory = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, CacheLine);
            capacity = bytes;
        }

        return new Span<T>(memory, count);
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(memory);
        memory = null;
        capacity = 0;
    }
}
