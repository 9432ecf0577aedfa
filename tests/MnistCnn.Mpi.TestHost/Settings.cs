using System.Globalization;

namespace MnistCnn.Mpi.TestHost;

/// <summary>The key=value arguments of a command.</summary>
internal sealed class Settings(string[] arguments)
{
    public MpiOptions Mpi => new() { Timeout = TimeSpan.FromSeconds(Number("timeout", 60)) };

    public int Number(string key, int otherwise) => Text(key) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    public string? Text(string key) => arguments.Skip(2).FirstOrDefault(a => a.StartsWith(key + "=", StringComparison.Ordinal))?[(key.Length + 1)..];
}
