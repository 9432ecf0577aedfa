using Microsoft.Extensions.Logging;

namespace MnistCnn.Training;

internal static partial class TrainerLog
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "Device {Selection}")]
    public static partial void Device(ILogger logger, DeviceSelection selection);
}
