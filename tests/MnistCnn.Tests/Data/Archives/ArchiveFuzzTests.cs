using System.Globalization;
using MnistCnn.Data;

namespace MnistCnn.Tests.Data;

/// <summary>
/// Mutated archives and arrays either load or are refused with an exception of ours. The variable MNISTCNN_ARCHIVE_FUZZ sets the number of mutants of each
/// kind.
/// </summary>
public sealed class ArchiveFuzzTests
{
    private static readonly int Count = int.Parse(Environment.GetEnvironmentVariable("MNISTCNN_ARCHIVE_FUZZ") ?? "50000", CultureInfo.InvariantCulture);
    private static readonly byte[] Images = Npy.Of<byte>("|u1", [.. Enumerable.Range(0, 6 * 8 * 9).Select(i => (byte)(i * 31 / 7))], fortran: true, 6, 8, 9);
    private static readonly byte[] Labels = Npy.Of<short>(">i2", [0, 256, 512, 768, 1024, 1280], 6);
    private static readonly byte[] Archive = Zip.Of(("x.npy", Images), ("y.npy", Labels));

    [Fact]
    public void Mutants_of_npy_load_or_are_refused() =>
        Run(Images, 128, mutant => NpyReader.Read<byte>(new MemoryStream(mutant), "mutant", NpyReaderOptions.Default));

    [Fact]
    public void Mutants_of_zip_load_or_are_refused() => Run(Backwards(Archive), 170, mutant =>
    {
        using ZipArchive zip = new(new MemoryStream(Backwards(mutant)), "mutant", leaveOpen: false);
        foreach (string name in zip.Names)
        {
            using Stream member = zip.OpenMember(name);
            member.CopyTo(Stream.Null);
        }
    });

    [Fact]
    public void Mutants_of_npz_load_or_are_refused() =>
        Run(Zip.Of(System.IO.Compression.CompressionLevel.NoCompression, ("x.npy", Images), ("y.npy", Labels)), 256, mutant =>
    {
        using NpzReader npz = NpzReader.FromStream(new MemoryStream(mutant), "mutant");
        foreach (string name in npz.Names)
        {
            using ZipMemberStream member = npz.OpenMember(name, out NpyInput input);
            _ = name == "x" ? NpyImages.Read(input, NpyReaderOptions.Default).Pixels : NpyImages.ReadLabels(input, 10, NpyReaderOptions.Default);
        }
    });

    /// <summary>The directory of an archive, where most decisions are made, comes last: turned around, it is the mutants' header.</summary>
    private static byte[] Backwards(byte[] bytes) => [.. bytes.AsEnumerable().Reverse()];

    private static void Run(byte[] valid, int headerLength, Action<byte[]> load)
    {
        load(valid);
        MutantRun.Of(valid, headerLength, Count, mutant =>
        {
            try
            {
                load(mutant);
                return true;
            }
            catch (Exception exception) when (exception is NpyFormatException or ZipFormatException)
            {
                Assert.StartsWith("'mutant'", exception.Message, StringComparison.Ordinal);
                return false;
            }
        });
    }
}
