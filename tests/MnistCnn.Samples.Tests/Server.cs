using System.Diagnostics;

namespace MnistCnn.Samples.Tests;

/// <summary>A running <c>serve</c> on a free port.</summary>
public sealed class Server : IDisposable
{
    private readonly Process process;

    public Server(TrainedModel model)
        : this(model, [])
    {
    }

    internal Server(TrainedModel model, params string[] more)
    {
        process = Sample.Start(model.Folder, null, ["serve", "--model", model.Model, "--urls", "http://127.0.0.1:0", .. more]);
        string line = process.StandardOutput.ReadLine() ?? "";
        int start = line.IndexOf("http://", StringComparison.Ordinal);
        Assert.True(start >= 0, $"Expected an address, found '{line}'.");
        Address = new Uri(line[start..].Split(' ')[0]);
        Client = new HttpClient { BaseAddress = Address };
    }

    public Uri Address { get; }

    public HttpClient Client { get; }

    public void Dispose()
    {
        Client.Dispose();
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }
}
