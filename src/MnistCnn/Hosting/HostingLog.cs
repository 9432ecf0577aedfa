using Microsoft.Extensions.Logging;

namespace MnistCnn.Hosting;

internal static partial class HostingLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "'{Path}' has changed and was read again")]
    public static partial void Reloaded(ILogger logger, string path);

    [LoggerMessage(Level = LogLevel.Warning, Message = "'{Path}' has changed and cannot be read; the model from before stays in use")]
    public static partial void Kept(ILogger logger, string path, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "'{Path}' has changed; the model from before stays in use: expected one of {Expected}, found {Found}")]
    public static partial void OtherModel(ILogger logger, string path, string expected, string found);
}
