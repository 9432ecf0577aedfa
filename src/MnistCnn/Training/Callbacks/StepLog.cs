using Microsoft.Extensions.Logging;

namespace MnistCnn.Training.Callbacks;

internal static partial class StepLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "epoch: {Epoch}/{Epochs} | step: {Step}/{Steps} | trn loss: {TrainingLoss:F4} | val loss: {ValidationLoss:F4} | trn_acc: {TrainingAccuracy:F4} | val_acc: {ValidationAccuracy:F4}")]
    public static partial void ValidatedStep(ILogger logger, int epoch, int epochs, int step, int steps, double trainingLoss, double validationLoss, double trainingAccuracy, double validationAccuracy);

    [LoggerMessage(Level = LogLevel.Information, Message = "epoch: {Epoch}/{Epochs} | step: {Step}/{Steps} | trn loss: {TrainingLoss:F4} | trn_acc: {TrainingAccuracy:F4}")]
    public static partial void Step(ILogger logger, int epoch, int epochs, int step, int steps, double trainingLoss, double trainingAccuracy);
}
