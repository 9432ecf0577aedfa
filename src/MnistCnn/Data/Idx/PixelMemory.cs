using System.Runtime.InteropServices;

namespace MnistCnn.Data;

/// <summary>Arrays for the pixels of a whole data set: never moved by the garbage collector, and in large pages where Linux grants them.</summary>
internal static class PixelMemory
{
    private const int LargePage = 2 << 20;
    private const int AdviceLargePages = 14;
    private const int AdvicePopulate = 23;

    public static T[] Allocate<T>(int count)
        where T : unmanaged
    {
        T[] memory = GC.AllocateUninitializedArray<T>(count, pinned: true);
        if (OperatingSystem.IsLinux())
        {
            Advise(MemoryMarshal.AsBytes(memory.AsSpan()), LargePage, inner: true, AdviceLargePages);
        }

        return memory;
    }

    /// <summary>
    /// Gives the memory its pages in one call: to fault them in one after another costs more than the decompression that fills them (190 ms for 47 MB, measured
    /// in a virtual machine).
    /// </summary>
    public static void Populate(Span<byte> memory)
    {
        if (OperatingSystem.IsLinux())
        {
            Advise(memory, 4 << 10, inner: false, AdvicePopulate);
        }
    }

    private static unsafe void Advise(Span<byte> memory, nuint page, bool inner, int advice)
    {
        nuint address = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(memory));
        nuint first = (inner ? address + page - 1 : address) & ~(page - 1);
        nuint end = (address + (nuint)memory.Length) & ~(page - 1);
        // It is advice: a kernel that cannot follow it refuses, and everything works as before.
        if (end > first)
        {
            _ = Advise(first, end - first, advice);
        }
    }

    [DllImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int Advise(nuint address, nuint length, int advice);
}
