using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace MnistCnn;

/// <summary>Where the numbers of a tensor are.</summary>
internal static unsafe class TensorMemory
{
    /// <summary>Whether the kernels can work on the tensor in place.</summary>
    public static bool IsForKernels(this Tensor tensor) =>
        tensor.dtype == ScalarType.Float32 && tensor.device_type == TorchSharp.DeviceType.CPU && tensor.is_contiguous();

    /// <summary>
    /// The first element of a contiguous tensor on the CPU; valid while the tensor lives and its storage is not replaced. Zero where it has none.
    /// </summary>
    public static nint Address(this Tensor tensor) => tensor.numel() == 0 ? 0 : (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));
}
