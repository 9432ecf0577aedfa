using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MnistCnn.Hosting;
using MnistCnn.Samples.Answers;
using MnistCnn.Samples.Terminal;

namespace MnistCnn.Samples.Serving;

/// <summary>
/// The web server of <c>serve</c>: a page to draw on, <c>POST /predict</c>, <c>POST /read</c>, <c>GET /model</c> and <c>GET /health</c>, on this machine only.
/// </summary>
internal static class DigitServer
{
    /// <summary>Room for a 512×512 photograph as PNG.</summary>
    public const int LargestBody = 1 << 20;

    /// <summary>Builds the server; it listens once started. Every address is one that <see cref="TryParse"/> accepts.</summary>
    public static WebApplication Create(CnnPredictorServiceOptions model, IEnumerable<string> urls, string? corrections)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Configure(kestrel, urls));
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<ILogger<CnnPredictorSource>>(new LineLogger<CnnPredictorSource>(Console.WriteLine));
        builder.Services.AddCnnPredictor(model);
        WebApplication app = builder.Build();
        app.Use(ReportFailures);
        app.Use(RequestGuard.Check);
        Page.Map(app);
        CorrectionEndpoint correct = new(corrections);
        app.MapPost("/correct", context => correct.Keep(context, PredictorOf(context).ClassNames));
        app.MapGet("/correct", correct.Describe);
        app.MapPost("/predict", context => PictureAnswer.Write(context, body => PredictEndpoint.Answer(context, PredictorOf(context), body)));
        app.MapPost("/read", context => PictureAnswer.Write(context, body => ReadEndpoint.Answer(PredictorOf(context), body)));
        app.MapGet("/model", (HttpContext context) => JsonAnswer.Write(context, ModelAnswer.Of(PredictorOf(context))));
        app.MapGet("/health", (HttpContext context) => JsonAnswer.Write(context, new { status = "ok", model = Path.GetFileName(model.Path) }));
        app.MapFallback(context =>
            JsonAnswer.Refuse(context, StatusCodes.Status404NotFound, "There is: GET /, POST /predict, POST /read, POST /correct, GET /model, GET /health."));
        return app;
    }

    /// <summary>The predictor of this request, which a reload does not change any more.</summary>
    private static CnnPredictor PredictorOf(HttpContext context) => context.RequestServices.GetRequiredService<CnnPredictor>();

    private static void Configure(KestrelServerOptions kestrel, IEnumerable<string> urls)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = LargestBody;
        kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http1);
        foreach (string url in urls)
        {
            (IPAddress? address, int port) = TryParse(url)!.Value;
            if (address is null)
            {
                kestrel.ListenLocalhost(port);
            }
            else
            {
                kestrel.Listen(address, port);
            }
        }
    }

    /// <summary>The address, which is null for both of <c>localhost</c>, and the port; null where the text is no plain-HTTP address of this machine.</summary>
    public static (IPAddress? Address, int Port)? TryParse(string url)
    {
        bool usable = Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) && uri is { Scheme: "http", IsLoopback: true, PathAndQuery: "/" };
        bool isAddress = IPAddress.TryParse(uri?.Host.Trim('[', ']'), out IPAddress? address);
        return usable && (isAddress || (uri!.Host == "localhost" && uri.Port != 0)) ? (address, uri!.Port) : null;
    }

    private static async Task ReportFailures(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (Microsoft.AspNetCore.Http.BadHttpRequestException e)
        {
            await JsonAnswer.Refuse(context, e.StatusCode, e.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? $"Body: expected at most {LargestBody} bytes." : e.Message);
        }
        catch (Exception e) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync($"error: {context.Request.Method} {context.Request.Path}: {e.Message}");
            await JsonAnswer.Refuse(context, StatusCodes.Status500InternalServerError, "The server failed; its terminal says why.");
        }
    }
}
