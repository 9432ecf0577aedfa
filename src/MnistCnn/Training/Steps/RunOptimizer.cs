using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>The optimizer that the options ask for, its learning rates and its state.</summary>
internal sealed class RunOptimizer : IDisposable
{
    private readonly optim.Optimizer optimizer;
    private readonly double[] ratios;

    public RunOptimizer(IReadOnlyList<Parameter> parameters, TrainerOptions options)
    {
        optimizer = options switch
        {
            { Optimizer: { } create } => create(parameters,
                options.LearningRate) ?? throw new InvalidOperationException("Optimizer: expected an optimizer, found null."),
            _ => new Adam(parameters, options.LearningRate, weightDecay: options.WeightDecay, decoupled: true),
        };
        ratios = [.. optimizer.ParamGroups.Select(group => group.LearningRate / options.LearningRate)];
    }

    /// <summary>The optimizer itself.</summary>
    public optim.Optimizer Optimizer => optimizer;

    /// <summary>The groups of parameters.</summary>
    public IReadOnlyList<ParamGroup> Groups => [.. optimizer.ParamGroups.OfType<ParamGroup>()];

    /// <summary>Sets the learning rate of each group, in the ratio that it had to the options' at first.</summary>
    public void SetLearningRate(double learningRate)
    {
        foreach ((optim.ILearningRateController group, double ratio) in optimizer.ParamGroups.Zip(ratios))
        {
            group.LearningRate = learningRate * ratio;
        }
    }

    public void Step(double learningRate)
    {
        SetLearningRate(learningRate);
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
        ?? throw new NotSupportedException(
            $"Checkpoints: expected an optimizer that saves its state ({nameof(OptimizerHelper)}), found {optimizer.GetType().Name}.");
}
