using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace MnistCnn.Data;

/// <summary>Asks a mirror for a file, or the rest of one, and follows its redirects as far as they are safe.</summary>
internal sealed class MirrorClient(HttpClient client, TimeSpan idleTimeout)
{
    private const int LargestRedirectCount = 5;

    private static readonly Lazy<HttpClient> Default = new(() => new HttpClient(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        ConnectTimeout = TimeSpan.FromSeconds(15),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    });

    /// <summary>A client with the proxy settings of the system.</summary>
    public static HttpClient Shared => Default.Value;

    /// <summary>The response, of which only the headers have been read.</summary>
    public async Task<HttpResponseMessage> OpenAsync(Uri address, long from, CancellationToken cancellationToken)
    {
        for (int redirects = 0; ; redirects++)
        {
            HttpResponseMessage response = await SendAsync(address, from, cancellationToken).ConfigureAwait(false);
            try
            {
                // An injected client may have followed redirects by itself.
                if (response.RequestMessage?.RequestUri is { } final && final != address)
                {
                    ThrowIfUnsafe(address, final);
                }

                if (!IsRedirect(response.StatusCode))
                {
                    ThrowIfFailed(response);
                    return response;
                }

                Uri next = response.Headers.Location is { } location ? new Uri(address, location)
                    : throw new DownloadFault("expected a redirect with an address, found none", temporary: false);
                ThrowIfUnsafe(address, next);
                if (redirects == LargestRedirectCount)
                {
                    throw new DownloadFault($"expected at most {LargestRedirectCount} redirects, found another one to {next}", temporary: false);
                }

                address = next;
            }
            catch
            {
                response.Dispose();
                throw;
            }

            response.Dispose();
        }
    }

    /// <summary>Runs one network operation; if nothing comes for too long, that is a fault.</summary>
    public async Task<T> WithinIdleTimeoutAsync<T>(Func<CancellationToken, Task<T>> operation, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timer.CancelAfter(idleTimeout);
        try
        {
            return await operation(timer.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DownloadFault(string.Create(CultureInfo.InvariantCulture, $"expected data within {idleTimeout.TotalSeconds:0.###} s, found none"),
                temporary: true, exception);
        }
        catch (HttpRequestException exception)
        {
            throw new DownloadFault($"expected a connection, found: {exception.Message}", exception.HttpRequestError != HttpRequestError.NameResolutionError,
                exception);
        }
        catch (IOException exception)
        {
            throw new DownloadFault($"expected more data, found a broken connection: {exception.Message}", temporary: true, exception);
        }
    }

    private Task<HttpResponseMessage> SendAsync(Uri address, long from, CancellationToken cancellationToken) =>
        WithinIdleTimeoutAsync(
            async token =>
            {
                using HttpRequestMessage request = new(HttpMethod.Get, address);
                request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
                request.Headers.UserAgent.Add(new ProductInfoHeaderValue("MnistCnn", "1.0"));
                if (from > 0)
                {
                    request.Headers.Range = new RangeHeaderValue(from, null);
                }

                return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token).ConfigureAwait(false);
            },
            cancellationToken);

    private static bool IsRedirect(HttpStatusCode code) =>
        code is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect
            or HttpStatusCode.PermanentRedirect;

    private static void ThrowIfUnsafe(Uri from, Uri to)
    {
        bool safe = to.Scheme == Uri.UriSchemeHttps || (to.Scheme == Uri.UriSchemeHttp && to.IsLoopback && from.Scheme == Uri.UriSchemeHttp && from.IsLoopback);
        if (!safe)
        {
            throw new DownloadFault($"expected redirects to HTTPS, found one to {to}", temporary: false);
        }
    }

    private static void ThrowIfFailed(HttpResponseMessage response)
    {
        int code = (int)response.StatusCode;
        if (response.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable))
        {
            throw new DownloadFault($"expected HTTP status 200, found {code} {response.ReasonPhrase}", temporary: code is 408 or 429 or >= 500);
        }

        if (response.Content.Headers.ContentType?.MediaType is "text/html" or "application/xhtml+xml")
        {
            throw new DownloadFault($"expected a file, found a page ({response.Content.Headers.ContentType.MediaType})", temporary: false);
        }
    }
}
