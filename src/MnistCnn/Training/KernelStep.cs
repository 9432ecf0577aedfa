using MnistCnn.Models;
using MnistCnn.Networks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>
/// A step of <see cref="CnnClassifier"/> wholly over the kernels, on weights and moments of its own in their layout: the gradients never become tensors, and the model gets the weights when somebody looks.
/// Where somebody wants to see gradients, the step is libtorch's, with the kernels behind <c>forward</c> and Adam.
/// </summary>
internal sealed unsafe class KernelStep : ITrainingStep
{
    private readonly RunOptimizer optimizer;
    private readonly Parameter[] parameters;
    private readonly CnnPlan plan;
    private readonly CnnParameters weights, first, second;
    private readonly CnnGradients gradients;
    private readonly int threads = get_num_threads();
    private readonly float labelSmoothing;
    private CnnWorkspace workspace;
    private TorchSharp.Modules.Adam.State[] states;
    private long[] labels = [];
    private bool exposed = true;

    private KernelStep(CnnClassifier model, CnnPlan plan, TrainerOptions options)
    {
        (this.plan, labelSmoothing) = (plan, (float)options.LabelSmoothing);
        parameters = model.InOrder();
        optimizer = new RunOptimizer(parameters, options);
        states = ReadStates();
        (weights, first, second) = (new CnnParameters(plan, backward: true), new CnnParameters(plan), new CnnParameters(plan));
        gradients = new CnnGradients(plan, threads);
        workspace = new CnnWorkspace(plan, options.BatchSize, threads);
    }

    /// <returns>Null where the request asks for something that the kernels do not do.</returns>
    public static KernelStep? TryCreate(StepRequest request) =>
        !request.NeedsGradients && request.Options.Optimizer is null && request.Model is CnnClassifier { Options.Output: ClassifierOutput.Logits } model
        && model.Kernels is { } kernels && model.InOrder().All(p => p.requires_grad)
            ? new KernelStep(model, kernels.Plan, request.Options) : null;

    public bool ReadsImages => true;

    public BatchOutcome ComputeGradients(RunBatch batch, in BatchPlace place)
    {
        int count = batch.Count;
        if (count > workspace.Capacity)
        {
            workspace = new CnnWorkspace(plan, count, threads);
        }

        if (exposed)
        {
            weights.Pack(Addresses(p => p), threads);
            exposed = false;
        }

        if (count > labels.Length)
        {
            labels = new long[count];
        }

        fixed (long* read = labels)
        {
            batch.Unread.ReadLabels(0, count, read);
            (double loss, int hits) = workspace.Run(CnnPass.Forward | CnnPass.Loss | CnnPass.Backward, weights, batch.Unread, count, read, labelSmoothing);
            return new BatchOutcome(count, loss, hits);
        }
    }

    public void Update(double learningRate) => gradients.Run(workspace, weights, first, second, optimizer.Adam.NextStep(learningRate, states));

    public void ExposeWeights()
    {
        if (!exposed)
        {
            weights.Unpack(Addresses(p => p), threads);
            exposed = true;
        }
    }

    public void SaveState(BinaryWriter writer)
    {
        first.Unpack(Addresses(p => optimizer.Adam.StateOf(p).exp_avg), threads);
        second.Unpack(Addresses(p => optimizer.Adam.StateOf(p).exp_avg_sq), threads);
        optimizer.Save(writer);
    }

    public void LoadState(BinaryReader reader)
    {
        optimizer.Load(reader);
        states = ReadStates();
        first.Pack(Addresses(p => optimizer.Adam.StateOf(p).exp_avg), threads);
        second.Pack(Addresses(p => optimizer.Adam.StateOf(p).exp_avg_sq), threads);
    }

    public void Dispose()
    {
        ExposeWeights();
        optimizer.Dispose();
    }

    private TorchSharp.Modules.Adam.State[] ReadStates() => [.. parameters.Select(optimizer.Adam.StateOf)];

    private nint[] Addresses(Func<Parameter, Tensor> of) => [.. parameters.Select(p => of(p).Address())];
}
