using TorchSharp;
using static TorchSharp.torch;

namespace MnistCnn.Serialization;

/// <summary>Copies between libtorch's tensors and those of safetensors files.</summary>
internal static class TorchTensors
{
    public static SafetensorsType? TypeOf(ScalarType type) => type switch
    {
        ScalarType.Float64 => SafetensorsType.F64,
        ScalarType.Float32 => SafetensorsType.F32,
        ScalarType.Float16 => SafetensorsType.F16,
        ScalarType.BFloat16 => SafetensorsType.BF16,
        ScalarType.Int64 => SafetensorsType.I64,
        ScalarType.Int32 => SafetensorsType.I32,
        ScalarType.Int16 => SafetensorsType.I16,
        ScalarType.Int8 => SafetensorsType.I8,
        ScalarType.Byte => SafetensorsType.U8,
        ScalarType.Bool => SafetensorsType.Bool,
        _ => null,
    };

    public static ScalarType TypeOf(SafetensorsType type) => type switch
    {
        SafetensorsType.F64 => ScalarType.Float64,
        SafetensorsType.F32 => ScalarType.Float32,
        SafetensorsType.F16 => ScalarType.Float16,
        SafetensorsType.BF16 => ScalarType.BFloat16,
        SafetensorsType.I64 => ScalarType.Int64,
        SafetensorsType.I32 => ScalarType.Int32,
        SafetensorsType.I16 => ScalarType.Int16,
        SafetensorsType.I8 => ScalarType.Int8,
        SafetensorsType.U8 => ScalarType.Byte,
        SafetensorsType.Bool => ScalarType.Bool,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, $"Expected a safetensors element type, found {type}."),
    };

    /// <summary>Copies a tensor of any device and layout.</summary>
    /// <exception cref="ArgumentException">An element type that safetensors does not have.</exception>
    public static SafetensorsTensor Copy(Tensor tensor)
    {
        SafetensorsType type = TypeOf(tensor.dtype)
            ?? throw new ArgumentException($"Expected a tensor of an element type that safetensors has, found {tensor.dtype}.", nameof(tensor));
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        Tensor local = tensor.detach().cpu().contiguous();
        return new SafetensorsTensor(type, tensor.shape, local.numel() == 0 ? default : local.bytes.ToArray());
    }

    /// <summary>Creates a tensor on the CPU, owned by the caller or its dispose scope.</summary>
    public static Tensor Create(SafetensorsTensor tensor)
    {
        Tensor created = empty([.. tensor.Shape], TypeOf(tensor.Type), CPU);
        if (tensor.Data.Length > 0)
        {
            tensor.Data.Span.CopyTo(created.bytes);
        }

        return created;
    }
}
