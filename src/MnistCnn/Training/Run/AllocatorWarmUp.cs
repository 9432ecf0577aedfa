using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>
/// Keeps glibc from giving freed activations back to the kernel and faulting them in again every step: freeing one large block
/// raises its dynamic mmap threshold (mallopt(3), M_MMAP_THRESHOLD), whose maximum is 32 MiB.
/// </summary>
internal static class AllocatorWarmUp
{
    private const int JustUnderTheMaximum = 31 << 20;

    public static void Run()
    {
        using Tensor block = empty(JustUnderTheMaximum, ScalarType.Byte);
    }
}
