using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace MnistCnn.Mpi;

/// <summary>The process as native code sees it.</summary>
internal static partial class NativeEnvironment
{
    private const int StandardError = 2;

    /// <summary>
    /// Keeps UCX, the transport of MPICH and of some builds of Open MPI, from taking over SIGSEGV, which the runtime turns into NullReferenceException. It
    /// reads the environment of the C library, which <see cref="Environment.SetEnvironmentVariable(string, string?)"/> does not change.
    /// </summary>
    public static void KeepErrorSignals()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = SetVariable("UCX_ERROR_SIGNALS", string.Empty, overwrite: 0);
        }
    }

    /// <summary>
    /// For the last words of a process that is about to be aborted: loggers may buffer theirs, and the runtime does not get to report the exception.
    /// </summary>
    public static void WriteToStandardError(string text)
    {
        try
        {
            using FileStream stream = new(new SafeFileHandle(StandardError, ownsHandle: false), FileAccess.Write, bufferSize: 0);
            stream.Write(Encoding.UTF8.GetBytes(text));
        }
        catch (IOException)
        {
            // Nobody reads it any more; the abort matters more.
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
