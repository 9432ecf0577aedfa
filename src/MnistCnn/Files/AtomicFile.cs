using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace MnistCnn;

/// <summary>
/// Writes a file so that its path always holds either the whole old content or the whole new content, whatever happens: an exception, a full disk,
/// a killed process or a power failure. The content goes to a temporary file in the same folder, is flushed to the disk and renamed over the target.
/// </summary>
/// <remarks>
/// The folder must exist. An existing target keeps its Unix permissions; a symbolic link is followed. Temporaries of killed writers are removed by the next
/// write of the same target once they are <see cref="StaleAfter"/> old and no process holds them open. Safe for concurrent use: the last rename wins.
/// </remarks>
internal static class AtomicFile
{
    private const int TokenLength = 16;
    private const int InputOutputError = 5;

    /// <summary>How long ago an abandoned temporary file was last written before it is swept: one minute.</summary>
    internal static readonly TimeSpan StaleAfter = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Replaces the file at <paramref name="path"/> by what <paramref name="write"/> writes. If it throws, the old file is unchanged and no temporary remains.
    /// </summary>
    /// <param name="path">The file to replace or to create.</param>
    /// <param name="write">Writes the content; it must leave the (seekable, buffered) stream open.</param>
    /// <exception cref="IOException">The path is a folder, its folder is missing, or writing fails.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        using PendingFile pending = new(path);
        write(pending.Stream);
        pending.Commit();
    }

    /// <inheritdoc cref="Write"/>
    /// <param name="path">The file to replace or to create.</param>
    /// <param name="write">Writes the content; it must leave the (seekable, buffered) stream open.</param>
    /// <param name="cancellationToken">Handed to <paramref name="write"/>; canceled writes leave the old file.</param>
    public static async Task WriteAsync(string path, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken = default)
    {
        using PendingFile pending = new(path);
        await write(pending.Stream, cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        pending.Commit();
    }

    private static string ResolveTarget(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
        {
            throw new IOException($"'{path}': expected the path of a file to write, found a folder.");
        }

        string full = Path.GetFullPath(path);
        if (Path.GetFileName(full).Length == 0)
        {
            throw new IOException($"'{path}': expected the path of a file to write, found one that ends in a separator.");
        }

        if (!Directory.Exists(Path.GetDirectoryName(full)))
        {
            throw new DirectoryNotFoundException($"'{path}': expected an existing folder to write into, found none at '{Path.GetDirectoryName(full)}'.");
        }

        return new FileInfo(full).LinkTarget is null ? full : File.ResolveLinkTarget(full, returnFinalTarget: true)!.FullName;
    }

    private static void SweepStaleTemporaries(string target)
    {
        string prefix = $".{Path.GetFileName(target)}.";
        foreach (string file in Directory.EnumerateFiles(Path.GetDirectoryName(target)!, ".*.tmp"))
        {
            ReadOnlySpan<char> name = Path.GetFileName(file.AsSpan());
            if (name.Length != prefix.Length + TokenLength + 4 || !name.StartsWith(prefix, StringComparison.Ordinal))
            {
                continue;
            }

            try
            {
                if (DateTime.UtcNow - File.GetLastWriteTimeUtc(file) < StaleAfter)
                {
                    continue;
                }
                // A living writer holds its file with FileShare.None; a killed one no longer does.
                using (new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
                {
                    File.Delete(file);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                continue;
            }
        }
    }

    internal static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        int descriptor = Open(Encoding.UTF8.GetBytes(folder + "\0"), 0);
        if (descriptor < 0)
        {
            return;
        }

        bool failed = FileSync(descriptor) != 0 && Marshal.GetLastPInvokeError() == InputOutputError;
        _ = Close(descriptor);
        if (failed)
        {
            throw new IOException($"'{folder}': the folder could not be flushed to the disk (input/output error).");
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int Open(byte[] zeroTerminatedPath, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int FileSync(int descriptor);

    [DllImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int Close(int descriptor);

    private sealed class PendingFile : IDisposable
    {
        private readonly string target;
        private readonly string temporary;
        private bool committed;

        public PendingFile(string path)
        {
            target = ResolveTarget(path);
            SweepStaleTemporaries(target);
            string token = Convert.ToHexString(RandomNumberGenerator.GetBytes(TokenLength / 2));
            temporary = Path.Combine(Path.GetDirectoryName(target)!, $".{Path.GetFileName(target)}.{token}.tmp");
            Stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 1 << 16);
        }

        public FileStream Stream { get; }

        public void Commit()
        {
            if (!OperatingSystem.IsWindows() && File.Exists(target))
            {
                File.SetUnixFileMode(Stream.SafeFileHandle, File.GetUnixFileMode(target));
            }

            Stream.Flush(flushToDisk: true);
            Stream.Dispose();
            File.Move(temporary, target, overwrite: true);
            committed = true;
            FlushFolder(Path.GetDirectoryName(target)!);
        }

        public void Dispose()
        {
            if (committed)
            {
                return;
            }

            try
            {
                Stream.Dispose();
            }
            catch (IOException)
            {
                // Disposing flushes the buffer once more, which fails again on a full disk; the first exception is the one to report.
            }
            File.Delete(temporary);
        }
    }
}
