using MnistCnn.Engine;
using MnistCnn.Kernels;
using MnistCnn.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>
/// A step on the engine, on weights, gradients and moments of its own in the kernels' layout. The model gets the weights before anything reads them, and
/// <c>parameter.grad</c> the gradients. Where the model changes in the middle of a run so that the engine cannot stand for it, the gradients come from
/// libtorch's operations, as long as that lasts.
/// </summary>
internal sealed unsafe class EngineStep : ITrainingStep
{
    private readonly StepRequest request;
    private readonly EngineModule engine;
    private readonly NetworkPlan plan;
    private readonly Parameter[] parameters;
    private readonly bool[] isTrained;
    private readonly NetworkWeights weights;
    private readonly ParameterBuffer gradients;
    private readonly FlatOptimizer optimizer;
    private readonly TrainingPass pass;
    private readonly WeightedCrossEntropy loss;
    private readonly int threads = get_num_threads();
    private ParameterBuffer? more;
    private GradientTensors? shown;
    private long[] labels = [];
    private string? obstacle;
    private bool isExposed = true;

    public EngineStep(StepRequest request, EngineModule engine)
    {
        (this.request, this.engine, plan, parameters) = (request, engine, engine.Plan, engine.Parameters);
        isTrained = new bool[parameters.Length];
        (weights, gradients) = (new NetworkWeights(plan, training: true), new ParameterBuffer(plan, Ranks.Figures));
        optimizer = FlatOptimizer.Create(plan, parameters, request.Options, threads);
        loss = (WeightedCrossEntropy)request.Options.Loss;
        pass = new TrainingPass(plan, request.MostImages, threads);
        TensorGradients.Forget(parameters);
    }

    public bool RunsOnEngine => true;

    public string Layout => $"engine, registers of {plan.Simd.Width} floats, tiles of {plan.Simd.RowVectors} registers";

    public BatchFigures ComputeGradients(RunBatch batch, in StepPosition position)
    {
        FindTrained();
        ParameterBuffer target = position.IsFirst ? gradients : more ??= new ParameterBuffer(plan);
        string? found = engine.Obstacle(training: true);
        if (found != obstacle)
        {
            Log(found);
        }

        BatchFigures outcome = found is null ? Compute(batch, position, target) : ComputeOverTorch(batch, position, target);
        if (!position.IsFirst)
        {
            gradients.ForEachPiece(threads, piece => Elementwise.Add(gradients.Pointer + piece.Start, target.Pointer + piece.Start, piece.Length));
        }

        return outcome;
    }

    public void ComputeNoGradients()
    {
        FindTrained();
        gradients.Span.Clear();
    }

    public Span<float> Sums(int besides) => gradients.Span[..(gradients.Length + besides)];

    public void TakeSums()
    {
    }

    public void ShowGradients() => (shown ??= new GradientTensors(parameters, threads)).Show(gradients, isTrained);

    public void TakeGradients()
    {
        GradientTensors.Read(parameters, gradients, isTrained, threads);
        shown?.Hide();
    }

    public void Clip(TrainerOptions options)
    {
        if (options.GradientClipValue is { } value)
        {
            ForEachTrained(piece => Elementwise.Clip(gradients.Pointer + piece.Start, piece.Length, (float)value));
        }

        if (options.GradientClipNorm is { } most)
        {
            double[] squares = new double[plan.Pieces.Count];
            ThreadTeam.Run(threads, [squares.Length], item =>
            {
                ParameterPiece piece = plan.Pieces[item.Index];
                squares[item.Index] = isTrained[piece.Slot] ? Elementwise.SumOfSquares(gradients.Pointer + piece.Start, piece.Length) : 0;
            });
            double factor = most / (Math.Sqrt(squares.Sum()) + 1e-6);
            if (!(factor >= 1))
            {
                ForEachTrained(piece => Elementwise.Scale(gradients.Pointer + piece.Start, piece.Length, (float)factor));
            }
        }
    }

    public void Update(double learningRate)
    {
        if (optimizer.UpdatesTensors)
        {
            ExposeWeights();
        }
        else
        {
            TakeWeights();
        }

        optimizer.Update(weights, gradients, isTrained, learningRate);
    }

    public void ExposeWeights()
    {
        if (!isExposed)
        {
            weights.Values.Unpack(Addresses(), threads);
            isExposed = true;
        }
    }

    public void SaveState(BinaryWriter writer) => optimizer.Save(writer);

    public void LoadState(BinaryReader reader) => optimizer.Load(reader);

    public void Dispose()
    {
        ExposeWeights();
        shown?.Dispose();
        optimizer.Dispose();
    }

    private BatchFigures Compute(RunBatch batch, in StepPosition position, ParameterBuffer target)
    {
        TakeWeights();
        int count = batch.Count;
        labels = labels.Length < count ? new long[count] : labels;
        fixed (long* read = labels)
        fixed (float* classWeights = loss.ClassWeights)
        {
            batch.Lazy.ReadLabels(0, count, read);
            int firstTrained = Array.FindIndex(isTrained, trained => trained);
            (double lossSum, int hits) = pass.Run(
                new TrainingBatch
                {
                    Images = batch.Lazy.Read,
                    Count = count,
                    Labels = read,
                    Smoothing = (float)loss.LabelSmoothing,
                    ClassWeights = classWeights,
                    Scale = (float)(position.Share / count),
                    Seed = position.Seed,
                    FirstTrained = firstTrained < 0 ? plan.Layers.Count : plan.LayerOf(firstTrained),
                },
                weights,
                target);
            engine.FollowStatistics(pass);
            return new BatchFigures(count, lossSum, hits);
        }
    }

    /// <summary>A callback may have changed them since they were exposed.</summary>
    private void TakeWeights()
    {
        if (isExposed)
        {
            weights.Pack(Addresses(), threads);
            isExposed = false;
        }
    }

    private BatchFigures ComputeOverTorch(RunBatch batch, in StepPosition position, ParameterBuffer target)
    {
        ExposeWeights();
        TensorGradients.Forget(parameters);
        using Batches.MnistBatch tensors = batch.Lazy.ToTensors(threads, device: null);
        BatchFigures outcome = ForwardBackward.Run(request.Model, tensors.Images, tensors.Labels, loss, position.Share);
        GradientTensors.Read(parameters, target, isTrained, threads);
        TensorGradients.Forget(parameters);
        return outcome;
    }

    private void Log(string? found)
    {
        obstacle = found;
        if (found is null)
        {
            TrainerLog.OnEngine(request.Logger);
        }
        else
        {
            TrainerLog.OverLibtorch(request.Logger, found);
        }
    }

    /// <summary>A callback may freeze and thaw parameters, and must not replace them.</summary>
    private void FindTrained()
    {
        Parameter[] now = engine.Parameters;
        for (int i = 0; i < parameters.Length; i++)
        {
            isTrained[i] = ReferenceEquals(now[i], parameters[i])
                ? now[i].requires_grad
                : throw new InvalidOperationException(
                    $"Model: expected the parameters that the run began with, but '{plan.Parameters[i].Description.Name}' was replaced.");
        }
    }

    private void ForEachTrained(Action<ParameterPiece> action) => gradients.ForEachPiece(threads, piece =>
    {
        if (isTrained[piece.Slot])
        {
            action(piece);
        }
    });

    private nint[] Addresses() => [.. parameters.Select(parameter => parameter.Address())];
}
