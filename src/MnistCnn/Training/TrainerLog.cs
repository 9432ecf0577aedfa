using Microsoft.Extensions.Logging;

namespace MnistCnn.Training;

internal static partial class TrainerLog
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "Device {Selection}")]
    public static partial void Device(ILogger logger, DeviceSelection selection);

    [LoggerMessage(Level = LogLevel.Error, Message = "The callback {Callback} failed in {Hook} while the run was being ended")]
    public static partial void CallbackFailed(ILogger logger, string callback, string hook, Exception exception);
}
