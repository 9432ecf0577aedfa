namespace MnistCnn.Mpi.TestHost;

/// <summary>MPI must leave SIGSEGV to the runtime, which turns it into this exception.</summary>
internal static class NullReference
{
    public static int Run()
    {
        using MpiCollective ranks = MpiCollective.Initialize();
        try
        {
            Settings? nothing = ranks.WorldSize > 0 ? null : new Settings([]);
            Console.WriteLine(nothing!.Mpi.Timeout);
            return 1;
        }
        catch (NullReferenceException)
        {
            Console.WriteLine($"caught on rank {ranks.Rank}");
            return 0;
        }
    }
}
