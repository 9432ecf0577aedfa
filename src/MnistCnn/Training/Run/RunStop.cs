namespace MnistCnn.Training;

/// <summary>Whether a run stops, and why: the first reason that was found stays.</summary>
internal sealed class RunStop(TrainerOptions options, RunProgress progress, Ranks? ranks, CancellationToken cancellationToken)
{
    private readonly long started = options.Clock.GetTimestamp();
    private (StopReason Reason, string Message)? found;

    /// <summary>Whether this process found a reason; other ranks may not know of it yet.</summary>
    public bool IsWanted => found is not null;

    /// <summary>Whether the run stops here, as all ranks know.</summary>
    public bool IsAgreed { get; private set; }

    public StopReason Reason => found?.Reason ?? StopReason.Completed;

    public string Message => found?.Message ?? "All epochs were trained.";

    public TimeSpan Elapsed => options.Clock.GetElapsedTime(started);

    public void Request(StopReason reason, string message)
    {
        found ??= (reason, message);
        IsAgreed |= ranks is null;
    }

    /// <summary>A failure is the reason, whatever was found before it.</summary>
    public void Fail(Exception exception) => found = (StopReason.Failed, exception.Message);

    /// <summary>The steps are over: what callbacks request from here on is no reason any more.</summary>
    public void Settle() => found ??= (StopReason.Completed, "All epochs were trained.");

    /// <summary>The validation at the end was canceled.</summary>
    public void CancelAtEnd() => found = Reason == StopReason.Completed
        ? (StopReason.Canceled, "Canceled during the validation at the end; all epochs were trained.") : found;

    /// <summary>Finds cancellation, and the limits on steps and time.</summary>
    public void CheckLimits()
    {
        if (cancellationToken.IsCancellationRequested)
        {
            Request(StopReason.Canceled, $"Canceled after step {progress.TrainedSteps} of epoch {progress.Epoch}.");
        }
        else if (progress.TrainedGlobalSteps >= options.MaxSteps)
        {
            Request(StopReason.LimitReached, $"MaxSteps: {options.MaxSteps} steps were made.");
        }
        else if (options.MaxTime is { } limit && Elapsed >= limit)
        {
            Request(StopReason.LimitReached, $"MaxTime: {limit} has passed.");
        }
    }

    /// <summary>Tells the other ranks of a reason, if any found one. An exchange where there are others.</summary>
    /// <returns><see cref="IsAgreed"/>: the same on all ranks, for the same reason.</returns>
    public bool Agree()
    {
        if (ranks?.AgreeToStop(found?.Reason) is { } reason && reason != found?.Reason)
        {
            found = (reason, $"{reason}, as another rank found.");
        }

        return IsAgreed = IsWanted;
    }
}
