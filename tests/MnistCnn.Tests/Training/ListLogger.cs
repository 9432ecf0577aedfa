using Microsoft.Extensions.Logging;

namespace MnistCnn.Tests.Training;

/// <summary>Keeps the lines of the run.</summary>
internal sealed class ListLogger : ListLogger<Trainer>;

/// <summary>Keeps lines from level Information on.</summary>
internal class ListLogger<T> : ILogger<T>
{
    public List<string> Lines { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            Lines.Add(formatter(state, exception));
        }
    }
}
