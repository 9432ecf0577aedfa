namespace MnistCnn.Samples.CommandLine;

internal static class ExitCode
{
    public const int Success = 0;
    public const int Failure = 1;
    public const int WrongUsage = 2;
    public const int Interrupted = 130;
    public const int Terminated = 143;
}
