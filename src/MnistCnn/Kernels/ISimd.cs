namespace MnistCnn.Kernels;

/// <summary>
/// What the kernels need of a SIMD instruction set. Every kernel is written once over this interface; the run-time compiler specialises it for each register
/// width.
/// </summary>
/// <typeparam name="TVector">The register type, of <see cref="Width"/> floats.</typeparam>
internal unsafe interface ISimd<TVector>
    where TVector : unmanaged
{
    /// <summary>Floats in a register.</summary>
    static abstract int Width { get; }

    /// <summary>Registers of C that a tile of 6 rows may hold per row: 4 with 32 registers, 2 with 16.</summary>
    static abstract int RowVectors { get; }

    static abstract TVector Load(float* source);
    static abstract TVector Broadcast(float value);
    static abstract void Store(float* destination, TVector value);
    static abstract TVector Add(TVector left, TVector right);
    static abstract TVector Subtract(TVector left, TVector right);
    static abstract TVector Multiply(TVector left, TVector right);

    /// <summary>left × right + addend, rounded once where the hardware can.</summary>
    static abstract TVector MultiplyAdd(TVector left, TVector right, TVector addend);

    /// <summary>max(0, value); NaN stays NaN, as libtorch defines it.</summary>
    static abstract TVector Relu(TVector value);

    /// <summary>value where gate &gt; threshold or gate is NaN, else 0.</summary>
    static abstract TVector ZeroUnlessAbove(TVector threshold, TVector gate, TVector value);

    static abstract TVector Absolute(TVector value);
}
