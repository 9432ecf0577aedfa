using System.Security.Cryptography;

namespace MnistCnn.Data;

/// <summary>The beginning of a file that is being downloaded: hashed while it grows, kept when a download breaks off, renamed when it is complete.</summary>
internal sealed class PartFile : IDisposable
{
    private readonly string path;
    private readonly FileStream stream;
    private readonly IncrementalHash hash;

    private PartFile(string path, HashAlgorithmName algorithm)
    {
        (this.path, stream) = (path, new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        hash = IncrementalHash.CreateHash(algorithm);
    }

    public long Length => stream.Length;

    /// <summary>Opens what an earlier try has left, if it can be gone on with: only a known hash tells whether two halves belong together.</summary>
    public static async Task<PartFile> OpenAsync(string target, MnistFile file, CancellationToken cancellationToken)
    {
        PartFile part = new(Path.Combine(Path.GetDirectoryName(target)!, $".{file.Name}.part"), file.Hash.Algorithm);
        try
        {
            if (file.Hash.Value is null || part.Length >= (file.Size ?? long.MaxValue))
            {
                part.Restart();
            }

            await part.HashAllAsync(cancellationToken).ConfigureAwait(false);
            return part;
        }
        catch
        {
            part.Dispose();
            throw;
        }
    }

    public static async Task<string> HashOfAsync(string path, HashAlgorithmName algorithm, CancellationToken cancellationToken)
    {
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, useAsync: false);
        using IncrementalHash hash = IncrementalHash.CreateHash(algorithm);
        await AppendAllAsync(hash, stream, cancellationToken).ConfigureAwait(false);
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    public void Restart()
    {
        stream.SetLength(0);
        _ = hash.GetHashAndReset();
    }

    public async Task AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        hash.AppendData(bytes.Span);
        await stream.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The hash of everything so far; nothing can be appended afterwards.</summary>
    public string Hash() => Convert.ToHexString(hash.GetHashAndReset());

    /// <summary>Puts the file, safe on the disk, in the place of <paramref name="target"/> in one step.</summary>
    public void Commit(string target)
    {
        stream.Flush(flushToDisk: true);
        stream.Dispose();
        File.Move(path, target, overwrite: true);
        AtomicFile.FlushFolder(Path.GetDirectoryName(target)!);
    }

    public void Discard()
    {
        stream.Dispose();
        File.Delete(path);
    }

    public void Dispose()
    {
        stream.Dispose();
        hash.Dispose();
    }

    private Task HashAllAsync(CancellationToken cancellationToken)
    {
        stream.Position = 0;
        return AppendAllAsync(hash, stream, cancellationToken);
    }

    private static async Task AppendAllAsync(IncrementalHash hash, FileStream stream, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[64 << 10];
        for (int read; (read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
        {
            hash.AppendData(buffer.AsSpan(0, read));
        }
    }
}
