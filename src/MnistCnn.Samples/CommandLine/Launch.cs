using MnistCnn.Mpi;

namespace MnistCnn.Samples.CommandLine;

/// <summary>The processes that <c>mpirun</c> started, of which the first prints and writes; without it, this process is the first and only one.</summary>
internal static class Launch
{
    public static bool IsFirst { get; } = MpiCollective.LaunchedRank == 0;

    /// <summary>Silences standard output where another process prints. Errors and warnings still tell what is wrong with this machine.</summary>
    public static void SilenceOthers()
    {
        if (!IsFirst)
        {
            Console.SetOut(TextWriter.Null);
        }
    }

    /// <summary>
    /// Joins the other processes, once nothing that may fail on one machine alone is left to do: they wait for this one. Null where there are none.
    /// </summary>
    public static MpiCollective? Join() => MpiCollective.IsLaunched ? MpiCollective.Initialize() : null;

    /// <summary>The threads that were asked for, or an equal share of the cores for each process on this machine.</summary>
    public static int Threads(int asked, MpiCollective? ranks) => asked > 0 || ranks is null ? asked
        : Math.Max(1, Environment.ProcessorCount / ranks.RanksOnThisMachine);
}
