using Microsoft.Extensions.Logging;

namespace MnistCnn.Samples.Terminal;

/// <summary>Gives each message as one line, without time and category: information to a writer, warnings and worse to standard error.</summary>
internal sealed class LineLogger<T>(Action<string> write) : ILogger<T>
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel >= LogLevel.Warning)
        {
            Console.Error.WriteLine($"warning: {formatter(state, exception)}");
        }
        else if (IsEnabled(logLevel))
        {
            write(formatter(state, exception));
        }
    }
}
