namespace MnistCnn.Serialization;

/// <summary>What a load into a module tolerates. Immutable; by default nothing.</summary>
public sealed record SafetensorsLoadOptions
{
    /// <summary>Whether NaN and infinite weights are loaded.</summary>
    /// <value>False by default: they are refused.</value>
    public bool AllowNonFinite { get; init; }

    /// <summary>
    /// Whether a floating-point tensor may have another floating-point type than the module's, such as F16 weights for a float32 module; values are rounded to
    /// nearest.
    /// </summary>
    /// <value>False by default: another type is refused.</value>
    public bool ConvertFloatingPoint { get; init; }

    /// <summary>Whether the file may hold tensors that the module does not have; they are ignored.</summary>
    /// <value>False by default.</value>
    public bool AllowExtra { get; init; }

    /// <summary>Whether the file may lack tensors of the module, which then keep their values.</summary>
    /// <value>False by default.</value>
    public bool AllowMissing { get; init; }
}
