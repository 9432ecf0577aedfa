namespace MnistCnn.Data;

/// <summary>The element types of the IDX format; the value is the type code in the third byte of a file.</summary>
/// <remarks>Source: the format's description by its authors, <c>http://yann.lecun.com/exdb/mnist/</c>, «The IDX file format».</remarks>
public enum IdxElementType
{
    /// <summary>Unsigned 8-bit integers, <see cref="byte"/>.</summary>
    UInt8 = 0x08,

    /// <summary>Signed 8-bit integers, <see cref="sbyte"/>.</summary>
    Int8 = 0x09,

    /// <summary>Signed 16-bit integers, <see cref="short"/>.</summary>
    Int16 = 0x0B,

    /// <summary>Signed 32-bit integers, <see cref="int"/>.</summary>
    Int32 = 0x0C,

    /// <summary>32-bit IEEE 754 numbers, <see cref="float"/>.</summary>
    Float32 = 0x0D,

    /// <summary>64-bit IEEE 754 numbers, <see cref="double"/>.</summary>
    Float64 = 0x0E,
}
