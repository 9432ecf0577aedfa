namespace MnistCnn;

/// <summary>A callback threw: names the callback and the hook, and carries the original exception.</summary>
public sealed class TrainerCallbackException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="callback">The callback's type name.</param>
    /// <param name="hook">The hook's name, for instance <c>OnStepEnd</c>.</param>
    /// <param name="innerException">What it threw.</param>
    public TrainerCallbackException(string callback, string hook, Exception innerException)
        : base($"The callback {callback} failed in {hook}: {innerException?.Message}", innerException)
    {
        Callback = callback;
        Hook = hook;
    }

    /// <summary>The callback's type name.</summary>
    public string Callback { get; }

    /// <summary>The hook's name.</summary>
    public string Hook { get; }
}
