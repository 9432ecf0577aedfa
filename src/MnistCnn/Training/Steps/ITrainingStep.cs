namespace MnistCnn.Training;

/// <summary>
/// The arithmetic of a step, behind the loop. <see cref="TrainingSteps"/> chooses the implementation. A step of the loop is <see cref="ComputeGradients"/> for
/// one or more batches, then what is asked of the gradients, then <see cref="Update"/>; where the loss is not finite it ends before that, and leaves nothing
/// behind.
/// </summary>
/// <remarks>Belongs to the thread of the run. Tensors that it makes live in the dispose scope of the step, all else until it is disposed.</remarks>
internal interface ITrainingStep : IDisposable
{
    /// <summary>Whether the step reads the images from the data set by itself, rather than from tensors, on threads of its own.</summary>
    bool RunsOnEngine => false;

    /// <summary>What must be the same on all ranks for their gradients to be added up.</summary>
    string Layout { get; }

    /// <summary>Forward, loss, backward. Changes no weight.</summary>
    /// <param name="batch">The batch, lazy where <see cref="RunsOnEngine"/>.</param>
    /// <param name="position">Where the batch stands in its step.</param>
    /// <returns>The sum of the losses (smoothed where the options ask for it) and the number of hits, of this batch alone.</returns>
    BatchFigures ComputeGradients(RunBatch batch, in StepPosition position);

    /// <summary>In the place of <see cref="ComputeGradients"/> in a step of several ranks of which this one has no image: all gradients are zero.</summary>
    void ComputeNoGradients();

    /// <summary>
    /// The gradients as numbers, for an exchange between ranks, and some numbers besides. After the exchange <see cref="TakeSums"/> is called.
    /// </summary>
    /// <param name="besides">How many.</param>
    Span<float> Sums(int besides);

    /// <summary>Goes on with the gradients that <see cref="Sums"/> holds now.</summary>
    void TakeSums();

    /// <summary>Puts the gradients into <c>parameter.grad</c>, where anybody may change them until <see cref="TakeGradients"/>.</summary>
    void ShowGradients()
    {
    }

    /// <summary>Goes on with the gradients that <c>parameter.grad</c> holds now; a parameter without is not updated.</summary>
    void TakeGradients()
    {
    }

    /// <summary>Clips the gradients by value, then by the norm of all together, as far as the options ask for it.</summary>
    void Clip(TrainerOptions options);

    /// <summary>Updates the weights from the gradients.</summary>
    /// <param name="learningRate">Of this update.</param>
    void Update(double learningRate);

    /// <summary>
    /// Makes the model's own parameters hold the current weights in fp32. Until the next <see cref="ComputeGradients"/> anybody may read and change them there.
    /// Nothing to do for an implementation that always works on the parameters themselves.
    /// </summary>
    void ExposeWeights()
    {
    }

    /// <summary>Writes the optimizer's state: everything but the weights that the next steps depend on.</summary>
    /// <param name="writer">Left open.</param>
    void SaveState(BinaryWriter writer);

    /// <summary>Reads what <see cref="SaveState"/> of an implementation with the same optimizer wrote. Called outside of dispose scopes.</summary>
    /// <param name="reader">Left open.</param>
    /// <exception cref="InvalidDataException">The state belongs to another optimizer or to another model.</exception>
    void LoadState(BinaryReader reader);
}
