using System.Globalization;
using CsCheck;
using MnistCnn.Data;

namespace MnistCnn.Tests.Data;

/// <summary>
/// Mutated files either load what they declare or are refused with <see cref="IdxFormatException"/>. The variable MNISTCNN_FUZZ sets the number of mutants of
/// each kind.
/// </summary>
public sealed class IdxFuzzTests
{
    private static readonly int Count = int.Parse(Environment.GetEnvironmentVariable("MNISTCNN_FUZZ") ?? "200000", CultureInfo.InvariantCulture);
    private static readonly byte[] Raw = Idx.Images(6, 8, 9);
    private static readonly byte[] Gzip = Idx.Gzip(Raw);

    [Fact]
    public void Raw_mutants_load_or_are_refused() => Run(Raw, gzip: false);

    [Fact]
    public void Gzip_mutants_load_or_are_refused() => Run(Gzip, gzip: true);

    [Fact]
    public void Any_bytes_at_all_load_or_are_refused() =>
        Gen.Byte.Array[0, 200].Select(Gen.Bool).Sample((bytes, gzip) =>
        {
            Check(gzip ? [0x1F, 0x8B, 8, .. bytes] : bytes, gzip);
        });

    private static void Run(byte[] valid, bool gzip) => MutantRun.Of(valid, headerLength: 24, Count, mutant => Check(mutant, gzip));

    private static bool Check(byte[] mutant, bool gzip)
    {
        try
        {
            IdxArray<byte> array = IdxReader.Read<byte>(new MemoryStream(mutant), "mutant", IdxReaderLimits);
            Assert.Equal(array.Dimensions.Aggregate(1, (product, size) => product * size), array.Values.Length);
            // A gzip mutant that loads has passed its checksum.
            if (!gzip)
            {
                Assert.True(mutant.AsSpan(4 + 4 * array.Dimensions.Count).SequenceEqual(array.Values));
            }

            return true;
        }
        catch (IdxFormatException exception)
        {
            Assert.Equal("mutant", exception.Path);
            return false;
        }
    }

    private static IdxReaderOptions IdxReaderLimits { get; } = new();
}
