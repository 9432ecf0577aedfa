using MnistCnn.Batches;

namespace MnistCnn.Training;

/// <summary>The arithmetic of a step, behind the loop: one implementation runs any model over libtorch.</summary>
internal interface ITrainingStep : IDisposable
{
    /// <summary>Forward, loss, backward. Changes no weight.</summary>
    BatchOutcome ComputeGradients(MnistBatch batch);

    /// <summary>Updates the weights from the gradients.</summary>
    void Update(double learningRate);
}
