using MnistCnn.Batches;
using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>A step of any model over libtorch's operations.</summary>
internal sealed class LibtorchStep : ITrainingStep
{
    private readonly nn.Module<Tensor, Tensor> model;
    private readonly optim.Optimizer optimizer;

    public LibtorchStep(nn.Module<Tensor, Tensor> model, TrainerOptions options)
    {
        this.model = model;
        optimizer = optim.Adam(model.parameters(), options.LearningRate);
    }

    public BatchOutcome ComputeGradients(MnistBatch batch)
    {
        optimizer.zero_grad();
        Tensor output = model.forward(batch.Images); // [N, classes]
        Tensor loss = nn.functional.cross_entropy(output, batch.Labels);
        loss.backward();
        return new BatchOutcome((int)batch.Labels.shape[0], loss.detach(), output.argmax(1).eq(batch.Labels).sum());
    }

    public void Update(double learningRate)
    {
        foreach (var group in optimizer.ParamGroups)
        {
            group.LearningRate = learningRate;
        }

        optimizer.step();
    }

    public void Dispose() => optimizer.Dispose();
}
