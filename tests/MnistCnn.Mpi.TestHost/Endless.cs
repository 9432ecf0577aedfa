namespace MnistCnn.Mpi.TestHost;

/// <summary>Exchanges until something ends them, or until the file <c>until=</c> appears; one rank may throw on the way.</summary>
internal static class Endless
{
    private const int StepsBeforeThrow = 50;

    public static int Run(Settings settings, bool talks = false)
    {
        using MpiCollective ranks = MpiCollective.Initialize(settings.Mpi);
        Loop(ranks, settings, talks);
        return 0;
    }

    /// <summary>
    /// As an application does it that reports exceptions itself: the trainer has told the collective, which ends the ranks when it is disposed.
    /// </summary>
    public static int RunAndFault(Settings settings)
    {
        try
        {
            using MpiCollective ranks = MpiCollective.Initialize(settings.Mpi);
            try
            {
                Loop(ranks, settings, talks: false);
            }
            catch (InvalidOperationException e)
            {
                ranks.Fault(e);
                throw;
            }

            return 0;
        }
        catch (InvalidOperationException e)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
    }

    private static void Loop(MpiCollective ranks, Settings settings, bool talks)
    {
        float[] sums = new float[settings.Number("length", 1000)];
        long[] end = [0];
        for (int step = 0; end[0] == 0; step++)
        {
            ranks.AllReduceMean(sums, 1);
            if (step == 0)
            {
                Console.WriteLine($"ready rank {ranks.Rank} pid {Environment.ProcessId}");
            }

            if (talks)
            {
                Console.WriteLine($"step {step} of rank {ranks.Rank}");
            }

            if (step == StepsBeforeThrow && settings.Number("throw", -1) == ranks.Rank)
            {
                throw new InvalidOperationException("This rank was told to throw.");
            }

            end[0] = ranks.Rank == 0 && File.Exists(settings.Text("until")) ? 1 : 0;
            ranks.AllReduceSum(end);
        }

        Console.WriteLine($"ended rank {ranks.Rank}");
    }
}
