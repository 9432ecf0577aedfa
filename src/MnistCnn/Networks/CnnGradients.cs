using MnistCnn.Kernels;
using MnistCnn.Layers;

namespace MnistCnn.Networks;

/// <summary>
/// The last part of a training step: the backward pass from the first linear layer's input on, and the gradients of all parameters, in blocks that the threads share; with Adam on each block while
/// it is in the cache, if asked. A thread that is done with its convolutions before the others goes on with the linear layers.
/// </summary>
internal sealed unsafe class CnnGradients : KernelSequence
{
    private const int Compact = 0, FirstLinear = 1, Convolutions = 2, LinearTasks = 3;

    private readonly CnnPlan plan;
    private readonly List<(int Layer, bool Bias, int First, int Count)> linearTasks = [], convolutionTasks = [];
    private readonly int firstLinearTasks;
    private readonly AlignedBuffer scratch;
    private readonly int threads, scratchLength, compactLength;
    private CnnWorkspace workspace = null!;
    private CnnParameters target = null!;
    private CnnParameters? first, second;
    private AdamStep step;

    public CnnGradients(CnnPlan plan, int threads)
    {
        (this.plan, this.threads) = (plan, Math.Max(1, threads));
        int convolutions = plan.Convolutions.Length;
        scratchLength = Enumerable.Range(0, plan.LayerCount).Max(l => Math.Max(
            plan.OutputCount(l), l < convolutions ? plan.WeightLength(l) : Linear.GradientInputs * plan.Linears[l - convolutions].Panel)) + 16;
        compactLength = Linear.GradientInputs * plan.Linears[0].CompactStride;
        scratch = new((long)(scratchLength + compactLength) * this.threads);
        foreach (Linear linear in plan.Linears)
        {
            // The blocks in turn, so that each stays with the thread that computes with it.
            int layer = convolutions + Array.IndexOf(plan.Linears, linear);
            linearTasks.AddRange(Enumerable.Range(0, (linear.CountOf(0) + Linear.GradientInputs - 1) / Linear.GradientInputs).SelectMany(part => Enumerable.Range(0, linear.Blocks)
                .Select(block => (layer, false, linear.FirstOf(block) + (part * Linear.GradientInputs), Math.Min(Linear.GradientInputs, linear.CountOf(block) - (part * Linear.GradientInputs))))
                .Where(task => task.Item4 > 0)));
        }

        firstLinearTasks = linearTasks.Count(task => task.Layer == convolutions);
        linearTasks.AddRange(Enumerable.Range(convolutions, plan.Linears.Length).Reverse().Select(l => (l, true, 0, plan.OutputCount(l))));
        convolutionTasks.AddRange(Enumerable.Range(0, convolutions).Reverse().SelectMany(l => Enumerable.Range(0, plan.Convolutions[l].Shape.Kernel).Select(row => (l, false, row, 1))));
        convolutionTasks.AddRange(Enumerable.Range(0, convolutions).Reverse().Select(l => (l, true, 0, plan.OutputCount(l))));
    }

    private CnnMemory Memory => workspace.Memory;

    /// <summary>Computes the gradients of the workspace's last backward pass.</summary>
    public void Run(CnnWorkspace workspace, CnnParameters gradients) => Run(workspace, gradients, null, null, default);

    /// <summary>Updates the parameters and Adam's moments; the gradients never leave the cache.</summary>
    public void Run(CnnWorkspace workspace, CnnParameters parameters, CnnParameters? first, CnnParameters? second, in AdamStep step)
    {
        (this.workspace, target, this.first, this.second, this.step) = (workspace, parameters, first, second, step);
        parameters.BeginChecks();
        int slices = CnnWorkspace.SlicesOf(workspace.Count);
        KernelThreads.Run(threads, [workspace.Live is null ? 0 : slices * plan.Linears[0].Blocks, firstLinearTasks, slices, linearTasks.Count, convolutionTasks.Count], this);
        parameters.EndChecks();
    }

    /// <inheritdoc/>
    public override void Run(int part, int item, int thread)
    {
        switch (part)
        {
            case Compact:
                workspace.Compact(item);
                break;
            case FirstLinear:
                Await(Compact);
                workspace.BackwardFirstLinear(linearTasks[item].First, linearTasks[item].Count, thread);
                break;
            case Convolutions:
                Await(FirstLinear);
                workspace.BackwardConvolutions(item, thread);
                break;
            case LinearTasks:
                // Those of the first layer change the weights that its input's gradient is computed with.
                Await(FirstLinear);
                RunTask(linearTasks[item], thread);
                break;
            default:
                Await(Convolutions);
                RunTask(convolutionTasks[item], thread);
                break;
        }
    }

    private void RunTask((int Layer, bool Bias, int First, int Count) task, int thread)
    {
        (int layer, bool bias, int from, int count) = task;
        float* own = scratch.Pointer + ((nint)thread * (scratchLength + compactLength)), compact = own + scratchLength;
        int linear = layer - plan.Convolutions.Length;
        if (bias)
        {
            float* gradient = first is null ? target.Bias(layer) : own;
            BiasGradient(layer, compact, gradient);
            Update(layer, target.Bias(layer), first is null ? null : first.Bias(layer), second is null ? null : second.Bias(layer), gradient, count);
        }
        else if (linear >= 0)
        {
            Linear shape = plan.Linears[linear];
            LiveOutputs? live = linear == 0 ? workspace.Live : null;
            float* x = Memory.Row(linear, 0) + from, outputs = linear == 0 ? workspace.OutputGradients(shape.BlockOf(from)) : Memory.RowGradient(linear + 1, 0);
            int strideX = plan.Strides[linear], strideY = plan.Strides[linear + 1];
            ulong* used = linear == 0 ? Memory.Used(from, 0) : null;
            if (live is not null && plan.Sparses[0] is { } sparse && SparseLinear.Pays(used, workspace.Count, count))
            {
                sparse.BackwardWeights(workspace.Count, x, strideX, used, outputs, strideY, count, live.Panels, compact);
            }
            else if (live is not null)
            {
                shape.BackwardWeights(workspace.Count, x, strideX, outputs, strideY, count, live.Columns, compact, compact: true);
            }

            for (int output = 0; output < shape.Outputs; output += shape.Panel)
            {
                nint offset = ((nint)output * shape.Inputs) + ((nint)from * shape.Panel);
                float* weights = target.Weights(layer) + offset;
                if (live is null)
                {
                    float* gradient = first is null ? weights : own;
                    shape.BackwardWeights(workspace.Count, x, strideX, outputs + output, strideY, count, shape.Panel, gradient);
                    UpdateWeights(layer, offset, gradient, count * shape.Panel);
                }
                else if (first is null)
                {
                    live.Expand(compact, shape.CompactStride, count, output, shape.Panel, weights);
                }
                else
                {
                    live.Adam(compact, shape.CompactStride, count, output, weights, first.Weights(layer) + offset, second!.Weights(layer) + offset, step);
                    target.Check(layer, weights, count * shape.Panel);
                }
            }
        }
        else
        {
            int panels = plan.Convolutions[layer].Panels, panelLength = plan.WeightLength(layer) / panels, length = panelLength / plan.Convolutions[layer].Shape.Kernel;
            for (int panel = 0; panel < panels; panel++)
            {
                nint offset = (panel * panelLength) + (from * length);
                float* gradient = first is null ? target.Weights(layer) + offset : own;
                plan.Simd.SumRows(Memory.WeightParts(layer, 0) + offset, Memory.PartsStride, CnnWorkspace.SlicesOf(workspace.Count), length, gradient);
                UpdateWeights(layer, offset, gradient, length);
            }

            target.PackBackward(layer, from, count, workspace.Streams);
        }
    }

    private void BiasGradient(int layer, float* compact, float* gradient)
    {
        int linear = layer - plan.Convolutions.Length, outputs = plan.OutputCount(layer);
        if (linear < 0)
        {
            plan.Simd.SumRows(Memory.BiasParts(layer, 0), Memory.PartsStride, CnnWorkspace.SlicesOf(workspace.Count), outputs, gradient);
        }
        else if (linear == 0 && workspace.Live is { } live)
        {
            plan.Simd.SumRows(workspace.OutputGradients(0), plan.Strides[1], workspace.Count, live.Columns, compact);
            live.Expand(compact, 0, 1, 0, plan.Linears[0].Columns, gradient);
        }
        else
        {
            plan.Simd.SumRows(Memory.RowGradient(linear + 1, 0), plan.Strides[linear + 1], workspace.Count, outputs, gradient);
        }
    }

    private void UpdateWeights(int layer, nint offset, float* gradient, int length) =>
        Update(layer, target.Weights(layer) + offset, first is null ? null : first.Weights(layer) + offset, second is null ? null : second.Weights(layer) + offset, gradient, length);

    private void Update(int layer, float* parameters, float* firstMoments, float* secondMoments, float* gradient, int length)
    {
        if (firstMoments is not null)
        {
            // Every core reads all weights but those of the first linear layer, whose blocks have a home.
            plan.Simd.Adam(parameters, gradient, firstMoments, secondMoments, length, step, workspace.Streams && layer != plan.Convolutions.Length);
            target.Check(layer, parameters, length);
        }
    }
}
