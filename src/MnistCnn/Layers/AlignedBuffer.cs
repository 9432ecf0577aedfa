namespace MnistCnn.Layers;

/// <summary>Zeroed floats that do not move, aligned to a cache line, with a register's worth of readable memory behind them. The garbage collector frees them.</summary>
internal sealed unsafe class AlignedBuffer
{
    private const int Line = 64;
    private readonly byte[] memory;

    public AlignedBuffer(long length)
    {
        memory = GC.AllocateArray<byte>(checked((int)((length * sizeof(float)) + (5 * Line))), pinned: true);
        fixed (byte* start = memory)
        {
            Pointer = (float*)(((nint)start + Line - 1) & -Line);
        }
    }

    /// <summary>The first float; valid as long as this object is reachable.</summary>
    public float* Pointer { get; }
}
