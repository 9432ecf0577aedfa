using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>
/// Forward and backward in bfloat16, update in fp32: the optimizer works on fp32 masters, and the model holds their bfloat16 roundings while steps run. Before
/// other code reads the weights, <see cref="ExposeWeights"/> puts the masters back.
/// </summary>
internal sealed class MixedPrecisionStep : ITrainingStep
{
    private readonly nn.Module<Tensor, Tensor> model;
    private readonly Parameter[] masters;
    private readonly TensorGradients gradients = new();
    private readonly RunOptimizer optimizer;
    private readonly Loss loss;
    private Parameter[] working;
    private bool exposed = true;

    public MixedPrecisionStep(StepRequest request)
    {
        model = request.Model;
        working = [.. model.parameters()];
        masters = MastersOf(working);
        optimizer = new RunOptimizer(masters, request.Options);
        loss = request.Options.Loss;
        TensorGradients.Forget(working);
    }

    public string Layout => "libtorch, bfloat16";

    public BatchFigures ComputeGradients(RunBatch batch, in StepPosition position)
    {
        HideWeights();
        if (position.IsFirst)
        {
            TensorGradients.Forget(working);
        }

        return ForwardBackward.Run(model, batch.Images.to_type(ScalarType.BFloat16), batch.Labels, loss, position.Share);
    }

    public void ComputeNoGradients()
    {
        HideWeights();
        TensorGradients.Forget(working);
    }

    public Span<float> Sums(int besides) => gradients.Read(working, besides);

    public void TakeSums() => gradients.Write(working);

    public void Clip(TrainerOptions options) => TensorGradients.Clip(working, options);

    public void Update(double learningRate)
    {
        for (int i = 0; i < masters.Length; i++)
        {
            masters[i].grad = working[i].grad?.to_type(ScalarType.Float32);
        }

        optimizer.Step(learningRate);
        TensorGradients.Forget(working);
        Copy(masters, working);
    }

    public void ExposeWeights()
    {
        if (!exposed)
        {
            ConvertModel(ScalarType.Float32);
            Copy(masters, working);
            exposed = true;
        }
    }

    public void SaveState(BinaryWriter writer) => optimizer.Save(writer);

    public void LoadState(BinaryReader reader) => optimizer.Load(reader);

    public void Dispose()
    {
        ExposeWeights();
        TensorGradients.Forget(working);
        optimizer.Dispose();
        TensorGradients.Forget(masters);
        foreach (Parameter master in masters)
        {
            master.Dispose();
        }
    }

    private static Parameter[] MastersOf(Parameter[] parameters)
    {
        using DisposeScope scope = NewDisposeScope();
        Parameter[] masters = [.. parameters.Select(p => new Parameter(p.detach().clone(), p.requires_grad))];
        foreach (Parameter master in masters)
        {
            master.DetachFromDisposeScope();
        }

        return masters;
    }

    private void HideWeights()
    {
        if (exposed)
        {
            Copy(working, masters);
            ConvertModel(ScalarType.BFloat16);
            exposed = false;
        }
    }

    private void ConvertModel(ScalarType type)
    {
        using DisposeScope scope = NewDisposeScope();
        Parameter[] former = working;
        model.to(type);
        working = [.. model.parameters()];
        // Some layers of TorchSharp leave the parameters that they replace to the finalizer.
        foreach (Parameter replaced in former.Where(old => !working.Any(now => ReferenceEquals(now, old))))
        {
            replaced.Dispose();
        }
    }

    private static void Copy(Parameter[] source, Parameter[] target)
    {
        using IDisposable noGradient = no_grad();
        for (int i = 0; i < source.Length; i++)
        {
            target[i].copy_(source[i]);
        }
    }
}
