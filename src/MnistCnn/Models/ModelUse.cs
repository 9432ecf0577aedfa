using static TorchSharp.torch;

namespace MnistCnn;

/// <summary>
/// Guards a model: one run trains it, or any number of calls evaluate it. A model that is evaluated during its training would answer with
/// half-updated weights or in the wrong mode, without an exception; here it throws. Thread-safe.
/// </summary>
internal sealed class ModelUse : IDisposable
{
    private static readonly ConditionalWeakTable<nn.Module, Users> All = [];

    private readonly nn.Module model;
    private readonly Users users;
    private readonly bool training;

    private ModelUse(nn.Module model, bool training) => (this.model, users, this.training) = (model, All.GetOrCreateValue(model), training);

    /// <summary>The model is trained by this thread until disposal; it may evaluate it as well.</summary>
    /// <exception cref="InvalidOperationException">Another call trains or evaluates it.</exception>
    public static ModelUse ForTraining(nn.Module model)
    {
        ModelUse use = new(model, training: true);
        lock (use.users)
        {
            if (use.users.TrainingThread is not null || use.users.Evaluations > 0)
            {
                throw new InvalidOperationException(
                    "Fit: expected a model that no other call uses, but another call trains or evaluates it. Wait for that, or train a copy.");
            }

            use.users.TrainingThread = Environment.CurrentManagedThreadId;
        }

        return use;
    }

    /// <summary>The model is in eval mode until the last evaluation ends, then again in the mode it had.</summary>
    /// <exception cref="InvalidOperationException">Another thread trains it.</exception>
    public static ModelUse ForEvaluation(nn.Module model)
    {
        ModelUse use = new(model, training: false);
        lock (use.users)
        {
            use.users.ThrowIfTrainedElsewhere("Evaluate");
            use.users.ExposeWeights?.Invoke();
            if (use.users.Evaluations++ == 0)
            {
                use.users.ModeBefore = model.training;
                model.eval();
            }
        }

        return use;
    }

    /// <summary>For callers that read all weights at once, to save or to copy them.</summary>
    /// <exception cref="InvalidOperationException">Another thread trains the model.</exception>
    public static void ThrowIfTrainedElsewhere(nn.Module model, string operation)
    {
        if (All.TryGetValue(model, out Users? users))
        {
            lock (users)
            {
                users.ThrowIfTrainedElsewhere(operation);
                users.ExposeWeights?.Invoke();
            }
        }
    }

    /// <summary>What puts the current weights into the model's parameters while it is trained.</summary>
    public void ExposeWeightsBy(Action expose) => users.ExposeWeights = expose;

    public void Dispose()
    {
        lock (users)
        {
            if (training)
            {
                (users.TrainingThread, users.ExposeWeights) = (null, null);
            }
            else if (--users.Evaluations == 0)
            {
                model.train(users.ModeBefore);
            }
        }
    }

    private sealed class Users
    {
        public int? TrainingThread { get; set; }

        public int Evaluations { get; set; }

        public bool ModeBefore { get; set; }

        public Action? ExposeWeights { get; set; }

        public void ThrowIfTrainedElsewhere(string operation)
        {
            if (TrainingThread is { } thread && thread != Environment.CurrentManagedThreadId)
            {
                throw new InvalidOperationException(
                    $"{operation}: expected a model that is not being trained, but a call of Fit on another thread trains it. Wait for it, or use a copy.");
            }
        }
    }
}
