using System.Runtime.Intrinsics.X86;
using TorchSharp;
using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>Whether a device computes in bfloat16.</summary>
internal static class BFloat16Support
{
    /// <summary>
    /// Whether this processor has instructions for it: AVX512_BF16 or AMX_BF16. Of other processors than x86 nothing is known, and none is refused.
    /// </summary>
    /// <remarks>Source: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2A, CPUID, leaf 7.</remarks>
    public static bool HasInstructions { get; } = !X86Base.IsSupported || (X86Base.CpuId(7, 0).Edx >> 22 & 1) == 1
        || (X86Base.CpuId(7, 0).Eax >= 1 && (X86Base.CpuId(7, 1).Eax >> 5 & 1) == 1);

    /// <exception cref="NotSupportedException">The device is a processor without such instructions.</exception>
    public static void ThrowIfSlow(Device device) => ThrowIfSlow(device, HasInstructions);

    internal static void ThrowIfSlow(Device device, bool hasInstructions)
    {
        if (device.type == DeviceType.CPU && !hasInstructions)
        {
            throw new NotSupportedException(
                $"{nameof(TrainerOptions.Precision)}: expected a processor with bfloat16 instructions for {nameof(TrainingPrecision.BFloat16Mixed)}, found "
                    + "one without: libtorch would take about 70 times as long as in Float32. Choose Float32.");
        }
    }
}
