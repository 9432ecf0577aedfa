namespace MnistCnn.Mpi.TestHost;

/// <summary>Reports why MPI is unavailable in one line, as an application does it.</summary>
internal static class Initialization
{
    public static int Run()
    {
        try
        {
            using MpiCollective ranks = MpiCollective.Initialize();
            Console.WriteLine($"rank {ranks.Rank} of {ranks.WorldSize}, {ranks.RanksOnThisMachine} here");
            return 0;
        }
        catch (MpiUnavailableException e)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
    }
}
