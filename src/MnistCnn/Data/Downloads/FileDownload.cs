using System.Net;
using System.Security.Cryptography;

namespace MnistCnn.Data;

/// <summary>One try of one file at one mirror: goes on where an earlier one broke off, and checks length and hash before the file gets its name.</summary>
internal sealed class FileDownload(MirrorClient client, MnistFile file, string target, IProgress<DownloadProgress>? progress)
{
    private const long LargestUnknownSize = 1L << 30;
    private const int ProgressStep = 256 << 10;

    public async Task RunAsync(Uri address, CancellationToken cancellationToken)
    {
        using PartFile part = await PartFile.OpenAsync(target, file, cancellationToken).ConfigureAwait(false);
        bool resumed = part.Length > 0;
        using HttpResponseMessage response = await client.OpenAsync(address, part.Length, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            part.Discard();
            throw new DownloadFault("expected the rest of the file, found HTTP status 416", temporary: true);
        }

        bool continues = response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From == part.Length;
        if (!continues)
        {
            if (response.StatusCode == HttpStatusCode.PartialContent)
            {
                throw new DownloadFault($"expected the bytes from {part.Length}, found those from {response.Content.Headers.ContentRange?.From}",
                    temporary: false);
            }

            part.Restart();
            resumed = false;
        }

        long? size = file.Size ?? part.Length + response.Content.Headers.ContentLength;
        if (response.Content.Headers.ContentLength is { } length && size is { } announced && part.Length + length != announced)
        {
            throw new DownloadFault($"expected {announced} bytes, found a length of {part.Length + length}", temporary: false);
        }

        await ReceiveAsync(response, part, size, cancellationToken).ConfigureAwait(false);
        Verify(part, size, resumed);
        part.Commit(target);
    }

    private async Task ReceiveAsync(HttpResponseMessage response, PartFile part, long? size, CancellationToken cancellationToken)
    {
        using Stream body = await client.WithinIdleTimeoutAsync(response.Content.ReadAsStreamAsync, cancellationToken).ConfigureAwait(false);
        byte[] buffer = new byte[64 << 10];
        long reported = -1L;
        while (true)
        {
            int read = await client.WithinIdleTimeoutAsync(token => body.ReadAsync(buffer, token).AsTask(), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                break;
            }

            if (part.Length + read > (size ?? LargestUnknownSize))
            {
                part.Discard();
                throw new DownloadFault($"expected {(size is null ? "at most " : "")}{size ?? LargestUnknownSize} bytes, found more", temporary: false);
            }

            await part.AppendAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            if (part.Length / ProgressStep != reported)
            {
                reported = part.Length / ProgressStep;
                progress?.Report(new DownloadProgress(file.Name, part.Length, size));
            }
        }
    }

    private void Verify(PartFile part, long? size, bool resumed)
    {
        // What has come is kept, and the next try asks for the rest.
        if (size is { } expected && part.Length < expected)
        {
            throw new DownloadFault($"expected {expected} bytes, found the end after {part.Length}", temporary: true);
        }

        (HashAlgorithmName algorithm, string? known) = file.Hash;
        if (known is null)
        {
            return;
        }

        string hash = part.Hash();
        if (hash == known)
        {
            return;
        }

        part.Discard();
        throw new DownloadFault($"expected {(algorithm == HashAlgorithmName.MD5 ? "MD5" : "SHA-256")} {known}, found {hash}", temporary: resumed);
    }
}
