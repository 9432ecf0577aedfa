using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using MnistCnn.Data;

namespace MnistCnn.Tests.Data;

/// <summary>Arrays written by NumPy itself and by hand.</summary>
public sealed class NpyReaderTests
{
    private const string Python = "/usr/bin/python3";

    [Fact]
    public void Big_endian_and_Fortran_order_are_read_as_C_order_of_this_machine()
    {
        byte[] file = Npy.WithHeader(Npy.Dictionary(">i2", true, 2, 3), 0, 1, 0, 4, 0, 2, 0, 5, 0, 3, 255, 255);
        NpyArray<short> array = NpyReader.Read<short>(new MemoryStream(file));
        Assert.Equal([2, 3], array.Shape);
        Assert.Equal([1, 2, 3, 4, 5, -1], array.Values);
    }

    [Fact]
    public void A_stream_without_a_length_is_read_as_well()
    {
        double[] values = [.. Enumerable.Range(0, 200_000).Select(i => i / 7.0)];
        Assert.Equal(values, NpyReader.Read<double>(new PipeStream(Npy.Of("<f8", values, values.Length))).Values);
    }

    [Fact]
    public void Spellings_of_the_header_that_Python_allows_are_read()
    {
        byte[] file = Npy.WithHeader("{\"shape\":(2L , 1),\"fortran_order\":False , 'descr':'=i1'}", 5, 250);
        Assert.Equal([5, -6], NpyReader.Read<sbyte>(new MemoryStream(file)).Values);
    }

    [Fact]
    public void What_NumPy_writes_is_read_back_exactly()
    {
        using TemporaryFolder folder = new();
        using JsonDocument written = Write(folder.Root);
        int read = 0;
        foreach (JsonProperty file in written.RootElement.EnumerateObject().Where(file => File.Exists(folder[$"{file.Name}.npy"])))
        {
            (int[] shape, double[] values) = Read(folder[$"{file.Name}.npy"], file.Name.Split('-')[0]);
            Assert.Equal(file.Value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32()), shape);
            Assert.Equal(file.Value.GetProperty("values").EnumerateArray().Select(value => value.GetDouble()), values);
            read++;
        }

        Assert.Equal(38, read);
        Assert.Contains("holds Python objects", Assert.Throws<NpyFormatException>(() => NpyReader.Read<byte>(folder["object-array.npy"])).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Data_sets_load_from_what_NumPy_writes_in_every_layout_of_the_published_ones()
    {
        using TemporaryFolder folder = new();
        using JsonDocument written = Write(folder.Root);
        byte[] pixels = [.. written.RootElement.GetProperty("images").GetProperty("values").EnumerateArray().Select(value => (byte)value.GetDouble())];
        MnistDataset[] sets =
        [
            MnistDataset.FromNpz(folder["plain.npz"], "x_train", "y_train"),
            MnistDataset.FromNpz(folder["compressed.npz"], "train_images", "train_labels.npy"),
            MnistDataset.FromNpz(folder["imgs.npz"], "arr_0", "arr_0", labelsPath: folder["labels.npz"]),
            MnistDataset.FromNpz(folder["floats.npz"], "x", "y"),
            MnistDataset.FromNpz(folder["floats.npz"], "d", "y"),
        ];
        foreach (MnistDataset set in sets)
        {
            Assert.Equal((6, 4, 5), (set.Count, set.Height, set.Width));
            Assert.Equal(pixels, Enumerable.Range(0, 6).SelectMany(i => set.GetImage(i).ToArray()));
            Assert.Equal([3, 1, 4, 1, 5, 9], Enumerable.Range(0, 6).Select(set.GetLabel));
        }

        using NpzReader npz = NpzReader.Open(folder["plain.npz"]);
        Assert.Equal(["x_train", "y_train"], npz.Names);
        Assert.Equal([3, 1, 4, 1, 5, 9], npz.Read<long>("y_train").Values);
    }

    private static (int[] Shape, double[] Values) Read(string path, string type)
    {
        return type switch
        {
            "uint8" => Doubles(NpyReader.Read<byte>(path), value => value),
            "int8" => Doubles(NpyReader.Read<sbyte>(path), value => value),
            "int16" => Doubles(NpyReader.Read<short>(path), value => value),
            "int32" => Doubles(NpyReader.Read<int>(path), value => value),
            "int64" => Doubles(NpyReader.Read<long>(path), value => value),
            "float32" => Doubles(NpyReader.Read<float>(path), value => value),
            "float64" => Doubles(NpyReader.Read<double>(path), value => value),
            _ => Doubles(NpyReader.Read<bool>(path), value => value ? 1 : 0),
        };

        static (int[] Shape, double[] Values) Doubles<T>(NpyArray<T> array, Converter<T, double> convert)
            where T : unmanaged => ([.. array.Shape], Array.ConvertAll(array.Values, convert));
    }

    private static string Script([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", "..", "..", "python", "write_npy_with_numpy.py"));

    private static JsonDocument Write(string folder)
    {
        Assert.SkipUnless(ChildProcess.Succeeds(Python, "-c", "import numpy"), $"{Python} has no NumPy (Debian: python3-numpy).");
        (int exitCode, string output, string error) = ChildProcess.Run(new ProcessStartInfo(Python, [Script(), folder]));
        Assert.True(exitCode == 0, error);
        return JsonDocument.Parse(output);
    }
}
