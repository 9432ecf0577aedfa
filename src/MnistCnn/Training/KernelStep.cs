using MnistCnn.Batches;
using MnistCnn.Kernels;
using MnistCnn.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>
/// A step of <see cref="CnnClassifier"/> wholly over the kernels, straight on the memory of the parameters: the gradients never become tensors. Where somebody wants to see them, the step is libtorch's, with
/// the kernels behind <c>forward</c> and Adam.
/// </summary>
internal sealed unsafe class KernelStep : ITrainingStep
{
    private readonly CnnClassifier model;
    private readonly RunOptimizer optimizer;
    private readonly Parameter[] parameters;
    private readonly CnnPlan plan;
    private readonly CnnWeights weights;
    private readonly CnnGradients gradients;
    private readonly int threads = get_num_threads();
    private readonly float labelSmoothing;
    private readonly nint[] addresses, first, second;
    private CnnWorkspace workspace;

    private KernelStep(CnnClassifier model, CnnPlan plan, TrainerOptions options)
    {
        (this.model, this.plan, labelSmoothing) = (model, plan, (float)options.LabelSmoothing);
        parameters = model.InOrder();
        optimizer = new RunOptimizer(parameters, options);
        (addresses, first, second) = (new nint[parameters.Length], new nint[parameters.Length], new nint[parameters.Length]);
        weights = new CnnWeights(plan, training: true);
        gradients = new CnnGradients(plan, threads);
        workspace = new CnnWorkspace(plan, options.BatchSize, threads, training: true, keep: false);
    }

    /// <returns>Null where the request asks for something that the kernels do not do.</returns>
    public static KernelStep? TryCreate(StepRequest request) =>
        !request.NeedsGradients && request.Options.Optimizer is null && request.Model is CnnClassifier { Options.Output: ClassifierOutput.Logits } model
        && model.Kernels is { } kernels && model.InOrder().All(p => p.requires_grad)
            ? new KernelStep(model, kernels.Plan, request.Options) : null;

    public BatchOutcome ComputeGradients(MnistBatch batch, in BatchPlace place)
    {
        int count = (int)batch.Labels.shape[0];
        if (count > workspace.Capacity)
        {
            workspace = new CnnWorkspace(plan, count, threads, training: true, keep: false);
        }

        for (int p = 0; p < parameters.Length; p++)
        {
            addresses[p] = parameters[p].Address();
        }

        weights.Pack(addresses, threads);
        double loss = workspace.Run(
            CnnPass.Forward | CnnPass.Loss | CnnPass.Backward, weights, (float*)batch.Images.Address(), count, (long*)batch.Labels.Address(), labelSmoothing);
        return new BatchOutcome(count, loss, Hits(count, (long*)batch.Labels.Address()));
    }

    public void Update(double learningRate)
    {
        Adam adam = optimizer.Adam;
        adam.Group.LearningRate = learningRate;
        AdamStep step = default;
        for (int p = 0; p < parameters.Length; p++)
        {
            step = adam.NextStep(parameters[p], adam.Group);
            TorchSharp.Modules.Adam.State state = adam.StateOf(parameters[p]);
            (first[p], second[p]) = (state.exp_avg.Address(), state.exp_avg_sq.Address());
        }

        gradients.Run(workspace, addresses, first, second, step);
    }

    public void SaveState(BinaryWriter writer) => optimizer.Save(writer);

    public void LoadState(BinaryReader reader) => optimizer.Load(reader);

    public void Dispose() => optimizer.Dispose();

    /// <summary>As libtorch's argmax: the first of the greatest, and NaN is greater than any number.</summary>
    private int Hits(int count, long* labels)
    {
        int hits = 0;
        for (int n = 0; n < count; n++)
        {
            float* logits = workspace.Logits + ((nint)n * workspace.LogitStride);
            int best = 0;
            for (int c = 1; c < plan.Shape.Classes; c++)
            {
                best = logits[c] > logits[best] || (float.IsNaN(logits[c]) && !float.IsNaN(logits[best])) ? c : best;
            }

            hits += best == labels[n] ? 1 : 0;
        }

        return hits;
    }
}
