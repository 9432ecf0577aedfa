using System.Net;
using System.Net.Sockets;

namespace MnistCnn.Samples.Tests;

/// <summary>A server of a folder's files below a path, which knows few types of content and no other tricks.</summary>
internal sealed class StaticFiles : IDisposable
{
    private readonly HttpListener listener = new();
    private readonly string folder;

    public StaticFiles(string folder)
    {
        this.folder = folder;
        Address = new Uri($"http://127.0.0.1:{FreePort()}/some/where/");
        listener.Prefixes.Add(Address.ToString());
        listener.Start();
        _ = ServeAsync();
    }

    public Uri Address { get; }

    public void Dispose() => listener.Close();

    private async Task ServeAsync()
    {
        while (listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            using HttpListenerResponse response = context.Response;
            string name = Address.MakeRelativeUri(context.Request.Url!).ToString();
            string path = Path.Combine(folder, name.Length == 0 ? "index.html" : name);
            if (!File.Exists(path))
            {
                response.StatusCode = (int)HttpStatusCode.NotFound;
                continue;
            }

            response.ContentType = Path.GetExtension(path) switch
            {
                ".html" => "text/html",
                ".css" => "text/css",
                ".js" => "text/javascript",
                ".svg" => "image/svg+xml",
                _ => "application/octet-stream",
            };
            await response.OutputStream.WriteAsync(await File.ReadAllBytesAsync(path));
        }
    }

    private static int FreePort()
    {
        using TcpListener probe = new(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
