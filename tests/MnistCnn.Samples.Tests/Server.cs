using System.Diagnostics;

namespace MnistCnn.Samples.Tests;

/// <summary>A running <c>serve</c> of the model of digits on a free port.</summary>
public sealed class Server(TrainedModel model) : RunningServer(model.Folder, model.Model);

/// <summary>The same, with further options.</summary>
internal sealed class ServerWith(TrainedModel model, params string[] more) : RunningServer(model.Folder, model.Model, more);

/// <summary>A running <c>serve</c> on a free port.</summary>
public class RunningServer : IDisposable
{
    private readonly Process process;

    protected RunningServer(string folder, string model, params string[] more)
    {
        process = Sample.Start(folder, null, ["serve", "--model", model, "--urls", "http://127.0.0.1:0", .. more]);
        string line = process.StandardOutput.ReadLine() ?? "";
        int start = line.IndexOf("http://", StringComparison.Ordinal);
        Assert.True(start >= 0, $"Expected an address, found '{line}'.");
        Address = new Uri(line[start..].Split(' ')[0]);
        Client = new HttpClient { BaseAddress = Address };
    }

    public Uri Address { get; }

    public HttpClient Client { get; }

    /// <summary>The next line that the server writes.</summary>
    public ValueTask<string?> ReadLineAsync() => process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);

    public virtual void Dispose()
    {
        Client.Dispose();
        process.Kill();
        process.WaitForExit();
        process.Dispose();
        GC.SuppressFinalize(this);
    }
}
