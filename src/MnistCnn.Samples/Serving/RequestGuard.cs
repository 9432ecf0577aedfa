using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace MnistCnn.Samples.Serving;

/// <summary>
/// Lets only the server's own page talk to it: the Host header must name this machine (else a foreign name that resolves to
/// 127.0.0.1 could read answers), and an Origin header must be the page's own.
/// </summary>
internal static class RequestGuard
{
    private static readonly string[] NamesOfThisMachine = ["127.0.0.1", "localhost", "[::1]"];

    private static readonly (string Name, string Value)[] Headers =
    [
        ("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
            + "form-action 'none'; frame-ancestors 'none'"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Referrer-Policy", "no-referrer"),
        ("X-Content-Type-Options", "nosniff"),
        ("Cache-Control", "no-store"),
    ];

    public static Task Check(HttpContext context, RequestDelegate next)
    {
        foreach ((string name, string value) in Headers)
        {
            context.Response.Headers[name] = value;
        }

        return Refusal(context) is { } reason ? JsonAnswer.Refuse(context, StatusCodes.Status403Forbidden, reason) : next(context);
    }

    private static string? Refusal(HttpContext context)
    {
        HostString host = context.Request.Host;
        if (!NamesOfThisMachine.Contains(host.Host, StringComparer.OrdinalIgnoreCase) || (host.Port ?? 80) != context.Connection.LocalPort)
        {
            return $"Host: expected 127.0.0.1, localhost or [::1] with port {context.Connection.LocalPort}, found '{host}'.";
        }

        StringValues origin = context.Request.Headers.Origin;
        return origin.Count == 0 || string.Equals(origin, $"http://{host}", StringComparison.OrdinalIgnoreCase)
            ? null
            : $"Origin: expected 'http://{host}', found '{origin}'. Only the page of this server may ask.";
    }
}
