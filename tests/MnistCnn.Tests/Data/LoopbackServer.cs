using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MnistCnn.Tests.Data;

/// <summary>A web server on this machine whose every answer is written by hand, so that it can break the protocol in any way.</summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly Func<Request, Stream, CancellationToken, Task> answer;
    private readonly Task accepting;

    public LoopbackServer(Func<Request, Stream, CancellationToken, Task> answer)
    {
        this.answer = answer;
        listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");
        accepting = AcceptAsync();
    }

    public Uri Address { get; }

    public ConcurrentQueue<Request> Requests { get; } = new();

    /// <summary>Answers with the file of the requested name, or the rest of it.</summary>
    public static LoopbackServer Serving(Dictionary<string, byte[]> files) => new((request, stream, token) =>
        SendAsync(request, stream, files[request.Name], token));

    public static async Task SendAsync(Request request, Stream stream, byte[] body, CancellationToken token)
    {
        string head = request.From == 0
            ? $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n"
            : $"HTTP/1.1 206 Partial Content\r\nContent-Length: {body.Length - request.From}\r\nContent-Range: bytes "
                + $"{request.From}-{body.Length - 1}/{body.Length}\r\n";
        await WriteAsync(stream, head + "Connection: close\r\n\r\n", token);
        await stream.WriteAsync(body.AsMemory(request.From), token);
    }

    public static Task WriteAsync(Stream stream, string text, CancellationToken token) => stream.WriteAsync(Encoding.ASCII.GetBytes(text), token).AsTask();

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await accepting;
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> connections = [];
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await listener.AcceptTcpClientAsync(stop.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient connection)
    {
        using (connection)
        {
            try
            {
                NetworkStream stream = connection.GetStream();
                using StreamReader reader = new(stream, Encoding.ASCII, leaveOpen: true);
                string path = (await reader.ReadLineAsync(stop.Token))!.Split(' ')[1];
                int from = 0;
                while (await reader.ReadLineAsync(stop.Token) is { Length: > 0 } line)
                {
                    if (line.StartsWith("Range: bytes=", StringComparison.OrdinalIgnoreCase))
                    {
                        from = int.Parse(line.AsSpan(13, line.Length - 14), System.Globalization.CultureInfo.InvariantCulture);
                    }
                }

                Request request = new(path[(path.LastIndexOf('/') + 1)..], from);
                Requests.Enqueue(request);
                await answer(request, stream, stop.Token);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or NullReferenceException or ObjectDisposedException)
            {
                // The client has gone, as many tests want it.
            }
        }
    }

    public sealed record Request(string Name, int From);
}
