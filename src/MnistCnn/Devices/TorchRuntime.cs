using System.Runtime.InteropServices;
using TorchSharp;

namespace MnistCnn;

/// <summary>
/// Makes sure, before the first use of TorchSharp, that its native libraries are there, and finds the real cause where they are
/// not: TorchSharp reports every failure as a missing package reference.
/// </summary>
internal static class TorchRuntime
{
    private static readonly Lazy<TorchUnavailableException?> Failure = new(TryLoad);

    /// <exception cref="TorchUnavailableException">libtorch could not be loaded; every call repeats it.</exception>
    public static void EnsureLoaded()
    {
        if (Failure.Value is { } failure)
        {
            throw new TorchUnavailableException(failure.Message, failure.InnerException);
        }
    }

    private static TorchUnavailableException? TryLoad()
    {
        try
        {
            torch.InitializeDeviceType(DeviceType.CPU);
            return null;
        }
        catch (Exception e) when (e is NotSupportedException or TypeInitializationException or DllNotFoundException or BadImageFormatException
            or FileNotFoundException)
        {
            string[] folders = [.. SearchFolders()];
            return new TorchUnavailableException(Explain(Find(folders, "LibTorchSharp"), Find(folders, "torch_cpu"), LoaderMessage(folders)), e);
        }
    }

    /// <summary>The sentence for what was found. Separate from the search so that each case can be tested.</summary>
    internal static string Explain(string? wrapper, string? libtorch, string loaderMessage)
    {
        if (wrapper is null)
        {
            return "TorchSharp cannot be used: expected the native library LibTorchSharp beside the application, found none. " +
                   $"TorchSharp has none for {RuntimeInformation.RuntimeIdentifier}, or the output folder is incomplete.";
        }

        if (loaderMessage.Contains("GLIBCXX_", StringComparison.Ordinal))
        {
            return $"TorchSharp cannot be used: '{wrapper}' needs a newer libstdc++ than this system has ({loaderMessage}). " +
                   "Build the application with the targets of the MnistCnn package (MnistCnnRelaxLibstdcxx not 'false'), or install libstdc++ of GCC 13.2 "
                       + "or newer.";
        }

        return libtorch is null
            ? "TorchSharp cannot be used: expected libtorch beside the application, found none. " +
              "Reference one of the packages TorchSharp-cpu, libtorch-cpu-linux-x64 or TorchSharp-cuda-linux / TorchSharp-cuda-windows."
            : $"TorchSharp cannot be used: '{wrapper}' and '{libtorch}' are there, but do not load ({loaderMessage}).";
    }

    private static IEnumerable<string> SearchFolders()
    {
        string listed = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        return listed.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Append(AppContext.BaseDirectory)
            .Append(Path.Combine(AppContext.BaseDirectory, "runtimes", RuntimeInformation.RuntimeIdentifier, "native"));
    }

    private static string? Find(IEnumerable<string> folders, string library)
    {
        string file = OperatingSystem.IsWindows() ? library + ".dll" : OperatingSystem.IsMacOS() ? $"lib{library}.dylib" : $"lib{library}.so";
        return folders.Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists);
    }

    /// <summary>What the dynamic linker says when asked for the wrapper itself.</summary>
    private static string LoaderMessage(string[] folders)
    {
        try
        {
            return Find(folders, "LibTorchSharp") is { } path && NativeLibrary.Load(path) != 0 ? "the wrapper alone loads" : "not found";
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            return string.Join(' ', e.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Where(line => line.Contains(':', StringComparison.Ordinal)).TakeLast(2));
        }
    }
}
