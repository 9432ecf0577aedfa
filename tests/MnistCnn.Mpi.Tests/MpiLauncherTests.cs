namespace MnistCnn.Mpi.Tests;

public sealed class MpiLauncherTests
{
    [Theory]
    [InlineData("OMPI_COMM_WORLD_SIZE=4 OMPI_COMM_WORLD_RANK=3 OMPI_COMM_WORLD_LOCAL_SIZE=2", "Open MPI", 3, 4, 2, "libmpi.so.40")]
    [InlineData("PMI_SIZE=3 PMI_RANK=1 MPI_LOCALNRANKS=3", "MPICH", 1, 3, 3, "libmpich.so.12")]
    [InlineData("OMPI_COMM_WORLD_SIZE=2 PMI_SIZE=1", "Open MPI", 0, 2, 1, "libmpi.so.40")]
    [InlineData("OMPI_COMM_WORLD_SIZE=many", "no launcher", 0, 1, 1, "libmpi.so.40")]
    [InlineData("", "no launcher", 0, 1, 1, "libmpi.so.40")]
    public void The_environment_says_how_many_ranks_there_are_and_whose_library_they_need(string variables, string name, int rank, int ranks, int here,
        string library)
    {
        Dictionary<string, string> environment = variables.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(v => v.Split('='))
            .ToDictionary(v => v[0], v => v[1]);
        MpiLauncher launcher = MpiLauncher.Detect(v => environment.GetValueOrDefault(v));
        Assert.Equal((name, rank, ranks, here, library), (launcher.Name, launcher.Rank, launcher.Ranks, launcher.RanksOnThisMachine, launcher.Libraries[0]));
    }
}
