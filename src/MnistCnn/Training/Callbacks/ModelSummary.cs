using Microsoft.Extensions.Logging;
using TorchSharp.Modules;

namespace MnistCnn.Training.Callbacks;

/// <summary>Logs the name, shape and size of each parameter, and their sum, when a run begins.</summary>
public sealed class ModelSummary : TrainerCallback
{
    private readonly ILogger logger;

    /// <summary>Creates the callback.</summary>
    /// <param name="logger">Receives the lines at level Information.</param>
    public ModelSummary(ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(logger);
        this.logger = logger;
    }

    /// <inheritdoc/>
    public override bool IsForFirstRank => true;

    /// <inheritdoc/>
    public override void OnFitStart(TrainerContext context)
    {
        if (!logger.IsEnabled(LogLevel.Information))
        {
            return;
        }

        (long count, long trainable) = (0, 0);
        foreach ((string name, Parameter parameter) in context.Model.named_parameters())
        {
            (string shape, long size) = (string.Join(", ", parameter.shape), parameter.numel());
            CallbackLog.Parameter(logger, name, shape, size);
            count += size;
            trainable += parameter.requires_grad ? size : 0;
        }

        string model = context.Model.GetName();
        CallbackLog.Model(logger, model, count, trainable);
    }
}
