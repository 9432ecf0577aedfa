namespace MnistCnn.Training;

/// <summary>Calls hooks in order and says which callback failed.</summary>
internal sealed class CallbackList(IReadOnlyList<ITrainerCallback> callbacks)
{
    public void Invoke(string hook, Action<ITrainerCallback> call)
    {
        foreach (ITrainerCallback callback in callbacks)
        {
            Guard(callback, hook, call);
        }
    }

    /// <summary>Calls a closing hook in reverse order, on every callback even where one fails; then throws the first failure.</summary>
    public void InvokeClosing(string hook, Action<ITrainerCallback> call)
    {
        TrainerCallbackException? first = null;
        foreach (ITrainerCallback callback in callbacks.Reverse())
        {
            try
            {
                Guard(callback, hook, call);
            }
            catch (TrainerCallbackException e)
            {
                first ??= e;
            }
        }

        if (first is not null)
        {
            throw first;
        }
    }

    private static void Guard(ITrainerCallback callback, string hook, Action<ITrainerCallback> call)
    {
        try
        {
            call(callback);
        }
        catch (Exception e) when (e is not TrainerCallbackException)
        {
            throw new TrainerCallbackException(callback.GetType().Name, hook, e);
        }
    }
}
