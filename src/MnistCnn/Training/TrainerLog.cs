using Microsoft.Extensions.Logging;

namespace MnistCnn.Training;

internal static partial class TrainerLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Device {Selection}")]
    public static partial void Device(ILogger logger, DeviceSelection selection);

    [LoggerMessage(Level = LogLevel.Information, Message = "Steps run on the engine")]
    public static partial void OnEngine(ILogger logger);

    [LoggerMessage(Level = LogLevel.Information, Message = "Steps run over libtorch's operations, since {Reason}")]
    public static partial void OverLibtorch(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The callback {Callback} failed in {Hook} while the run was being ended")]
    public static partial void CallbackFailed(ILogger logger, string callback, string hook, Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "Initial weights of '{Path}': taken {Taken}; left as they were, since the classes differ: {Left}")]
    public static partial void InitialWeights(ILogger logger, string path, string taken, string left);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Callback} had nothing to compare: no validation of the run gave a number for {Value}")]
    public static partial void NoValue(ILogger logger, string callback, string value);
}
