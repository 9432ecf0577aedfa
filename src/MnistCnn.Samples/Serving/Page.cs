using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MnistCnn.Samples.Serving;

/// <summary>The page's files, embedded in the assembly.</summary>
internal static class Page
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        MapFile(routes, "/", "index.html", "text/html; charset=utf-8");
        MapFile(routes, "/app.css", "app.css", "text/css; charset=utf-8");
        foreach (string script in (string[])["app.js", "answer.js", "drawing.js", "corrections.js", "network.js"])
        {
            MapFile(routes, $"/{script}", script, "text/javascript; charset=utf-8");
        }

        MapFile(routes, "/icon.svg", "icon.svg", "image/svg+xml");
    }

    private static void MapFile(IEndpointRouteBuilder routes, string path, string name, string contentType)
    {
        using Stream file = typeof(Page).Assembly.GetManifestResourceStream($"wwwroot/{name}")!;
        byte[] content = new byte[file.Length];
        file.ReadExactly(content);
        routes.MapGet(path, (HttpContext context) =>
        {
            context.Response.ContentType = contentType;
            context.Response.ContentLength = content.Length;
            return context.Response.Body.WriteAsync(content).AsTask();
        });
    }
}
