using System.Runtime.InteropServices;

namespace MnistCnn.Engine;

/// <summary>
/// Zeroed floats outside of the managed heap, aligned to a cache line, with a register's worth of readable memory behind them. Freed when the object is.
/// </summary>
internal sealed unsafe class AlignedBuffer
{
    private const int CacheLine = 64;
    private readonly void* memory;
    private readonly long bytes;

    /// <param name="length">Floats.</param>
    /// <exception cref="InsufficientMemoryException">There is not so much memory; the message says how much was asked for.</exception>
    public AlignedBuffer(long length)
    {
        bytes = checked(length * sizeof(float) + 2 * CacheLine);
        try
        {
            memory = NativeMemory.AllocZeroed((nuint)bytes);
        }
        catch (OutOfMemoryException e)
        {
            throw new InsufficientMemoryException(
                $"Expected {bytes / (double)(1 << 30):F1} GiB of memory for activations and parameters, found less. A smaller batch takes less.", e);
        }

        GC.AddMemoryPressure(bytes);
        Pointer = (float*)(((nint)memory + CacheLine - 1) & -CacheLine);
        Length = length;
    }

    ~AlignedBuffer()
    {
        if (memory is not null)
        {
            NativeMemory.Free(memory);
            GC.RemoveMemoryPressure(bytes);
        }
    }

    /// <summary>The first float; valid as long as this object is reachable.</summary>
    public float* Pointer { get; }

    public long Length { get; }
}
