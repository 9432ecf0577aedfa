namespace MnistCnn.Serialization;

/// <summary>The element types of the safetensors format that are supported. All are stored little-endian.</summary>
public enum SafetensorsType
{
    /// <summary>64-bit floating-point (<see cref="double"/>).</summary>
    F64,

    /// <summary>32-bit floating-point (<see cref="float"/>).</summary>
    F32,

    /// <summary>16-bit floating-point (<see cref="Half"/>).</summary>
    F16,

    /// <summary>The upper 16 bits of a <see cref="float"/>, as <see cref="ushort"/>.</summary>
    BF16,

    /// <summary>64-bit signed integer.</summary>
    I64,

    /// <summary>32-bit signed integer.</summary>
    I32,

    /// <summary>16-bit signed integer.</summary>
    I16,

    /// <summary>8-bit signed integer.</summary>
    I8,

    /// <summary>8-bit unsigned integer.</summary>
    U8,

    /// <summary>A byte, 0 or 1.</summary>
    Bool,
}
