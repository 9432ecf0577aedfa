using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>A step of any model over libtorch's operations, with any optimizer of TorchSharp's kind.</summary>
internal sealed class LibtorchStep : ITrainingStep
{
    private readonly nn.Module<Tensor, Tensor> model;
    private readonly Parameter[] parameters;
    private readonly TensorGradients gradients = new();
    private readonly RunOptimizer optimizer;
    private readonly Loss loss;

    public LibtorchStep(StepRequest request)
    {
        model = request.Model;
        parameters = [.. model.parameters()];
        optimizer = new RunOptimizer(parameters, request.Options);
        loss = request.Options.Loss;
        TensorGradients.Forget(parameters);
    }

    public string Layout => "libtorch";

    public BatchFigures ComputeGradients(RunBatch batch, in StepPosition position)
    {
        if (position.IsFirst)
        {
            TensorGradients.Forget(parameters);
        }

        return ForwardBackward.Run(model, batch.Images, batch.Labels, loss, position.Share);
    }

    public void ComputeNoGradients() => TensorGradients.Forget(parameters);

    public Span<float> Sums(int besides) => gradients.Read(parameters, besides);

    public void TakeSums() => gradients.Write(parameters);

    public void Clip(TrainerOptions options) => TensorGradients.Clip(parameters, options);

    public void Update(double learningRate)
    {
        optimizer.Step(learningRate);
        TensorGradients.Forget(parameters);
    }

    public void SaveState(BinaryWriter writer) => optimizer.Save(writer);

    public void LoadState(BinaryReader reader) => optimizer.Load(reader);

    public void Dispose()
    {
        TensorGradients.Forget(parameters);
        optimizer.Dispose();
    }
}
