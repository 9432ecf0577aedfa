using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace MnistCnn.Samples.Serving;

/// <summary>Writes a JSON object as the whole response.</summary>
internal static class JsonAnswer
{
    public static Task Refuse(HttpContext context, int status, string reason)
    {
        context.Response.StatusCode = status;
        return Write(context, new { error = reason });
    }

    public static Task Write<T>(HttpContext context, T value)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(value, JsonSerializerOptions.Web);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body).AsTask();
    }
}
