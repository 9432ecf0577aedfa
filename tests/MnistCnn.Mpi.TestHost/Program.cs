using System.Globalization;
using MnistCnn.Mpi.TestHost;

// MnistCnn.Mpi.TestHost COMMAND TOKEN [key=value…]: what the tests run under mpirun. The token names the job in the list of processes.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Settings settings = new(args);
return args[0] switch
{
    "exchange" => Exchange.Run(settings),
    "allreduce" => Timing.Run(settings),
    "endless" => Endless.Run(settings),
    "talk" => Endless.Run(settings, talks: true),
    "fault" => Endless.RunAndFault(settings),
    "train" => Training.Run(settings),
    "null" => NullReference.Run(),
    "initialize" => Initialization.Run(),
    _ => 2,
};
