using Microsoft.Extensions.Logging;

namespace MnistCnn.Training.Callbacks;

internal static partial class CallbackLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "epoch: {Epoch}/{Epochs} | step: {Step}/{Steps} | learning rate: {LearningRate:G6}")]
    public static partial void LearningRate(ILogger logger, int epoch, int epochs, int step, int steps, double learningRate);

    [LoggerMessage(Level = LogLevel.Information, Message = "epoch: {Epoch}/{Epochs} | {ImagesPerSecond:F0} images/s")]
    public static partial void Throughput(ILogger logger, int epoch, int epochs, double imagesPerSecond);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Name} [{Shape}] {Count}")]
    public static partial void Parameter(ILogger logger, string name, string shape, long count);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Model}: {Count} parameters, {Trainable} of them trained")]
    public static partial void Model(ILogger logger, string model, long count, long trainable);
}
