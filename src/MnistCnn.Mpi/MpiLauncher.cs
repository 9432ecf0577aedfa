using System.Globalization;

namespace MnistCnn.Mpi;

/// <summary>What the launcher of the process says in its environment.</summary>
internal sealed record MpiLauncher(string Name, int Rank, int Ranks, int RanksOnThisMachine, IReadOnlyList<string> Libraries)
{
    private const string OpenMpiLibrary = "libmpi.so.40";
    private const string MpichLibrary = "libmpich.so.12";

    /// <summary>The launcher that these variables name; without any, a single process.</summary>
    public static MpiLauncher Detect(Func<string, string?> variable)
    {
        if (Number(variable("OMPI_COMM_WORLD_SIZE")) is { } openMpi)
        {
            return new("Open MPI", Number(variable("OMPI_COMM_WORLD_RANK"), least: 0) ?? 0, openMpi, Number(variable("OMPI_COMM_WORLD_LOCAL_SIZE")) ?? 1,
                [OpenMpiLibrary, MpichLibrary]);
        }

        return Number(variable("PMI_SIZE")) is { } mpich
            ? new("MPICH", Number(variable("PMI_RANK"), least: 0) ?? 0, mpich, Number(variable("MPI_LOCALNRANKS")) ?? 1, [MpichLibrary, OpenMpiLibrary])
            : new("no launcher", 0, 1, 1, [OpenMpiLibrary, MpichLibrary]);
    }

    private static int? Number(string? text, int least = 1) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least ? number : null;
}
