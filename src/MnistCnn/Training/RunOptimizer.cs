using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>The optimizer that the options ask for, its learning rate and its state.</summary>
internal sealed class RunOptimizer : IDisposable
{
    private readonly optim.Optimizer optimizer;

    public RunOptimizer(IReadOnlyList<Parameter> parameters, TrainerOptions options) => optimizer = options switch
    {
        { Optimizer: { } create } => create(parameters, options.LearningRate) ?? throw new InvalidOperationException("Optimizer: expected an optimizer, found null."),
        _ => new Adam(parameters, options.LearningRate, weightDecay: options.WeightDecay, decoupled: true),
    };

    /// <summary>The optimizer, where the options name none of their own.</summary>
    public Adam Adam => (Adam)optimizer;

    public void Step(double learningRate)
    {
        foreach (optim.ILearningRateController group in optimizer.ParamGroups)
        {
            group.LearningRate = learningRate;
        }

        optimizer.step();
    }

    public void Save(BinaryWriter writer) => WithState.save_state_dict(writer);

    public void Load(BinaryReader reader)
    {
        try
        {
            WithState.load_state_dict(reader);
        }
        catch (Exception e) when (e is ArgumentException or EndOfStreamException or FormatException)
        {
            throw new InvalidDataException($"The state of the optimizer does not fit {optimizer.GetType().Name} of this model: {e.Message}", e);
        }
    }

    public void Dispose() => optimizer.Dispose();

    private OptimizerHelper WithState => optimizer as OptimizerHelper
        ?? throw new NotSupportedException($"Checkpoints: expected an optimizer that saves its state ({nameof(OptimizerHelper)}), found {optimizer.GetType().Name}.");
}
