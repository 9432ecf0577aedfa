using System.Security.Cryptography;

namespace MnistCnn.Data;

/// <summary>The beginning of a file that is being downloaded: hashed while it grows, kept when a download breaks off, renamed when it is complete.</summary>
internal sealed class PartFile : IDisposable
{
    private readonly string _path;
    private readonly FileStream _stream;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    private PartFile(string path) => (_path, _stream) = (path, new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));

    public long Length => _stream.Length;

    /// <summary>Opens what an earlier try has left, if it can be gone on with: only a known hash tells whether two halves belong together.</summary>
    public static async Task<PartFile> OpenAsync(string target, MnistFile file, CancellationToken cancellationToken)
    {
        var part = new PartFile(Path.Combine(Path.GetDirectoryName(target)!, $".{file.Name}.part"));
        try
        {
            if (file.Sha256 is null || part.Length >= (file.Size ?? long.MaxValue))
                part.Restart();
            await part.HashAllAsync(cancellationToken).ConfigureAwait(false);
            return part;
        }
        catch
        {
            part.Dispose();
            throw;
        }
    }

    public static async Task<string> HashOfAsync(string path, CancellationToken cancellationToken)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, useAsync: false);
        return Convert.ToHexString(await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false));
    }

    public void Restart()
    {
        _stream.SetLength(0);
        _ = _hash.GetHashAndReset();
    }

    public async Task AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        _hash.AppendData(bytes.Span);
        await _stream.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The SHA-256 of everything so far; nothing can be appended afterwards.</summary>
    public string Hash() => Convert.ToHexString(_hash.GetHashAndReset());

    /// <summary>Puts the file, safe on the disk, in the place of <paramref name="target"/> in one step.</summary>
    public void Commit(string target)
    {
        _stream.Flush(flushToDisk: true);
        _stream.Dispose();
        File.Move(_path, target, overwrite: true);
        AtomicFile.FlushFolder(Path.GetDirectoryName(target)!);
    }

    public void Discard()
    {
        _stream.Dispose();
        File.Delete(_path);
    }

    public void Dispose()
    {
        _stream.Dispose();
        _hash.Dispose();
    }

    private async Task HashAllAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[64 << 10];
        _stream.Position = 0;
        for (int read; (read = await _stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
            _hash.AppendData(buffer.AsSpan(0, read));
    }
}
