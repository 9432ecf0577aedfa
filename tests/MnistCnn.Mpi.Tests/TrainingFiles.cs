using System.Globalization;
using System.Runtime.InteropServices;

namespace MnistCnn.Mpi.Tests;

/// <summary>A folder for the files of training runs, and what ranks wrote into it.</summary>
internal sealed class TrainingFiles : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mnist-ranks").FullName;

    public string this[string name] => Path.Combine(folder, name);

    public float[] Weights(string name, int rank = 0) => MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(this[$"{name}.{rank}.weights"])).ToArray();

    /// <summary>Lines of kind, loss, accuracy and count.</summary>
    public string[] Figures(string name, int rank = 0) => File.ReadAllLines(this[$"{name}.{rank}.figures"]);

    /// <summary>Asserts that two runs made the same of the same data: weights and losses but for rounding, counts and hits exactly.</summary>
    public void AssertSameRun(string expected, string actual, float tolerance = 5e-5f)
    {
        float[] weights = Weights(expected);
        Assert.All(Weights(actual).Zip(weights), pair => Assert.Equal(pair.Second, pair.First, tolerance));
        string[] figures = Figures(expected);
        Assert.Equal(figures.Length, Figures(actual).Length);
        foreach ((string[] one, string[] other) in figures.Select(f => f.Split(' ')).Zip(Figures(actual).Select(f => f.Split(' '))))
        {
            Assert.Equal((one[0], one[2], one[3]), (other[0], other[2], other[3]));
            Assert.Equal(double.Parse(one[1], CultureInfo.InvariantCulture), double.Parse(other[1], CultureInfo.InvariantCulture), tolerance / 10);
        }
    }

    /// <summary>Asserts that each of the ranks of a run ended with the weights and the figures of rank 0, bit for bit.</summary>
    public void AssertSameOnAllRanks(string name, int ranks)
    {
        for (int rank = 1; rank < ranks; rank++)
        {
            Assert.Equal(Weights(name), Weights(name, rank));
            Assert.Equal(Figures(name), Figures(name, rank));
        }
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
