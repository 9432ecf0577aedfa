namespace MnistCnn.Mpi;

internal enum MpiElement
{
    Byte,
    Int64,
    Float,
}
