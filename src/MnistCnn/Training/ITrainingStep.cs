namespace MnistCnn.Training;

/// <summary>
/// The arithmetic of a step, behind the loop. <see cref="TrainingSteps"/> chooses the implementation. One step of the loop is one or more calls of
/// <see cref="ComputeGradients"/> and then one of <see cref="Update"/>, or none where the loss is not finite; a step that was given up leaves nothing behind.
/// </summary>
/// <remarks>Belongs to the thread of the run. Tensors that it makes live in the dispose scope of the step, all else until it is disposed.</remarks>
internal interface ITrainingStep : IDisposable
{
    /// <summary>Whether the step reads the images from the data set by itself, rather than from tensors.</summary>
    bool ReadsImages => false;

    /// <summary>
    /// Forward, loss, backward. Changes no weight. Where <see cref="StepRequest.NeedsGradients"/>, the gradients stand in <c>parameter.grad</c> afterwards, anybody may
    /// change them there, and <see cref="Update"/> takes them from there; otherwise they may stay wherever the implementation likes, or be computed in <see cref="Update"/>.
    /// </summary>
    /// <param name="batch">The batch, as <see cref="ReadsImages"/> wants it.</param>
    /// <param name="place">Where the batch stands in its step.</param>
    /// <returns>The sum of the losses (smoothed where the options ask for it) and the number of hits, of this batch alone.</returns>
    BatchOutcome ComputeGradients(RunBatch batch, in BatchPlace place);

    /// <summary>In the place of <see cref="ComputeGradients"/> in a step of several ranks of which this one has no image: the model is as that would leave it.</summary>
    void ComputeNoGradients()
    {
    }

    /// <summary>Updates the weights from the gradients.</summary>
    /// <param name="learningRate">Of this update.</param>
    void Update(double learningRate);

    /// <summary>
    /// Makes the model's own parameters hold the current weights in fp32. Until the next <see cref="ComputeGradients"/> anybody may read and change them there. Nothing to
    /// do for an implementation that always works on the parameters themselves.
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
