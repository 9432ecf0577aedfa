using System.Runtime.InteropServices;

namespace MnistCnn.Mpi;

/// <summary>
/// What <c>mpi.h</c> defines differently in each implementation. Open MPI's handles are addresses of exported objects; MPICH's are numbers that its ABI
/// has kept since version 3.1.
/// </summary>
internal sealed record MpiConstants(nint World, nint Byte, nint Int64, nint Float, nint Sum, nint ErrorsReturn, nint InPlace, nint StatusIgnore)
{
    public static MpiConstants Mpich { get; } = new(0x44000000, 0x4c00010d, 0x4c00083a, 0x4c00040a, 0x58000003, 0x54000001, -1, 1);

    public static MpiConstants OpenMpi(nint library) => new(
        NativeLibrary.GetExport(library, "ompi_mpi_comm_world"),
        NativeLibrary.GetExport(library, "ompi_mpi_byte"),
        NativeLibrary.GetExport(library, "ompi_mpi_int64_t"),
        NativeLibrary.GetExport(library, "ompi_mpi_float"),
        NativeLibrary.GetExport(library, "ompi_mpi_op_sum"),
        NativeLibrary.GetExport(library, "ompi_mpi_errors_return"),
        InPlace: 1,
        StatusIgnore: 0);
}
