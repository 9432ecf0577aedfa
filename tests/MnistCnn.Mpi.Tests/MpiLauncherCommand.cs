namespace MnistCnn.Mpi.Tests;

/// <summary>A launcher that may be installed on this machine.</summary>
public sealed record MpiLauncherCommand(string Program, IReadOnlyList<string> Options, string Package)
{
    public static MpiLauncherCommand OpenMpi { get; } =
        new("mpirun.openmpi", ["--allow-run-as-root", "--oversubscribe", "--bind-to", "none"], "openmpi-bin");

    public static MpiLauncherCommand Mpich { get; } = new("mpiexec.hydra", [], "mpich");

    public static MpiLauncherCommand Named(string package) => package == Mpich.Package ? Mpich : OpenMpi;

    public void SkipUnlessInstalled() => Assert.SkipUnless(Programs.Exists(Program), $"'{Program}' is not installed (package {Package}).");
}
