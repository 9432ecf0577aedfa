using Microsoft.Extensions.Logging;

namespace MnistCnn.Samples;

/// <summary>Writes each message as a line of its own to standard output, without time and category.</summary>
internal sealed class PlainLogs : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            Console.WriteLine(formatter(state, exception));
        }
    }

    public void Dispose()
    {
    }
}
