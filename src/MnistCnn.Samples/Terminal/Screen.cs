using MnistCnn.Samples.CommandLine;

namespace MnistCnn.Samples.Terminal;

/// <summary>Whether standard output is a terminal that may be drawn on.</summary>
internal static class Screen
{
    public static bool IsInteractive { get; } =
        Launch.IsFirst
        && !Console.IsOutputRedirected
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
        && Environment.GetEnvironmentVariable("TERM") != "dumb";
}
