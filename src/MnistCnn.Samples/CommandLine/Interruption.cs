using System.Runtime.InteropServices;

namespace MnistCnn.Samples.CommandLine;

/// <summary>Turns the first Ctrl+C or SIGTERM into a cancellation, so that work can end in order; the second one ends the process.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource source = new();
    private readonly PosixSignalRegistration[] registrations;

    public Interruption() => registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle)];

    public CancellationToken Token => source.Token;

    /// <summary>For a command that was canceled; that of Ctrl+C where another process of the run was interrupted.</summary>
    public int ExitCode { get; private set; } = CommandLine.ExitCode.Interrupted;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in registrations)
        {
            registration.Dispose();
        }

        source.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        if (source.IsCancellationRequested)
        {
            return;
        }

        context.Cancel = true;
        ExitCode = context.Signal == PosixSignal.SIGTERM ? CommandLine.ExitCode.Terminated : CommandLine.ExitCode.Interrupted;
        source.Cancel();
    }
}
