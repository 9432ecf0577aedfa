namespace MnistCnn.Mpi.Tests;

public sealed class MpiLibraryTests
{
    [Fact]
    public void A_missing_library_is_one_error_that_names_the_package_to_install()
    {
        MpiUnavailableException e = Assert.Throws<MpiUnavailableException>(() => MpiLibrary.Load(["libmpi-that-is-not-there.so.40", "libmpich-neither.so.12"]));
        Assert.StartsWith("MPI: expected an installed libmpi-that-is-not-there.so.40 or libmpich-neither.so.12, found none. Install the package 'openmpi-bin'",
            e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_library_that_is_no_MPI_is_not_taken_for_one()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "libc.so.6 is a Linux library.");
        Assert.Throws<MpiUnavailableException>(() => MpiLibrary.Load(["libc.so.6"]));
    }
}
