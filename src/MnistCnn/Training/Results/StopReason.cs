namespace MnistCnn;

/// <summary>Why a run ended.</summary>
public enum StopReason
{
    /// <summary>All epochs were trained.</summary>
    Completed,

    /// <summary><see cref="TrainerOptions.MaxSteps"/> or <see cref="TrainerOptions.MaxTime"/> was reached.</summary>
    LimitReached,

    /// <summary>A callback saw no further improvement.</summary>
    EarlyStopped,

    /// <summary>The cancellation token was canceled. The model is usable: the last update was whole.</summary>
    Canceled,

    /// <summary>A loss was NaN or infinite. The update of that step was not made, so that the weights are finite.</summary>
    NonFiniteLoss,

    /// <summary>A callback called <see cref="TrainerContext.RequestStop(string)"/>.</summary>
    RequestedByCallback,

    /// <summary>An exception ended the run. Only <see cref="ITrainerCallback.OnFitEnd"/> sees this: <see cref="Trainer.Fit"/> throws the exception.</summary>
    Failed,
}
