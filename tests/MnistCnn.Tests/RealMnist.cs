using System.Runtime.CompilerServices;

namespace MnistCnn.Tests;

/// <summary>The real MNIST files, where the folder <c>shared/mnist</c> stands beside the repository; tests that need them are skipped elsewhere.</summary>
internal static class RealMnist
{
    public static string Directory { get; } = Path.GetFullPath(Path.Combine(RepositoryRoot(), "..", "shared", "mnist"));

    public static string RepositoryRoot([CallerFilePath] string thisFile = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", ".."));

    public static bool IsPresent { get; } = File.Exists(Path.Combine(Directory, "train-images-idx3-ubyte.gz"));

    public static void SkipUnlessPresent() => Assert.SkipUnless(IsPresent, "The MNIST files are not in ../shared/mnist.");
}
