using MnistCnn.Serialization;
using static TorchSharp.torch;

namespace MnistCnn.Tests.Serialization;

/// <summary>Loads damaged files into a living model and looks at the model after each.</summary>
internal sealed class MutantTrial : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mnistcnn-mutants-").FullName;
    private readonly CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
    private readonly Dictionary<string, byte[]> weights;
    private readonly byte[] original, mutant;
    private readonly string path;

    public MutantTrial()
    {
        path = Path.Combine(folder, "mutant.safetensors");
        string source = Path.Combine(folder, "source.safetensors");
        using (CnnClassifier other = new(new CnnClassifierOptions { Seed = 2 }))
        {
            other.Save(source);
        }

        original = File.ReadAllBytes(source);
        mutant = new byte[original.Length];
        weights = ModuleState.Capture(model).ToDictionary(pair => pair.Key, pair => pair.Value.Data.ToArray());
    }

    public int Refused { get; private set; }

    public int Accepted { get; private set; }

    /// <summary>The longest load of a mutant.</summary>
    public TimeSpan Longest { get; private set; }

    public void Dispose()
    {
        model.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>One mutant. Throws where a load ends in another exception than ours, or where a failed load changes the model.</summary>
    public void Try(Random random)
    {
        File.WriteAllBytes(path, WeightsMutator.Mutate(original, mutant, random).ToArray());
        long started = System.Diagnostics.Stopwatch.GetTimestamp();
        bool accepted;
        try
        {
            model.LoadSafetensors(path);
            accepted = true;
        }
        catch (CheckpointFormatException)
        {
            accepted = false;
        }

        TimeSpan elapsed = System.Diagnostics.Stopwatch.GetElapsedTime(started);
        Longest = elapsed > Longest ? elapsed : Longest;
        (Accepted, Refused) = accepted ? (Accepted + 1, Refused) : (Accepted, Refused + 1);
        if (accepted)
        {
            Restore();
        }
        else if (!IsUnchanged())
        {
            throw new InvalidOperationException("A refused file changed the model.");
        }
    }

    private bool IsUnchanged() => model.state_dict().All(pair => pair.Value.bytes.SequenceEqual(weights[pair.Key]));

    private void Restore()
    {
        foreach ((string name, Tensor tensor) in model.state_dict())
        {
            weights[name].CopyTo(tensor.bytes);
        }
    }
}
