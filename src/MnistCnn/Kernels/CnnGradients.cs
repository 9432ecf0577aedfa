namespace MnistCnn.Kernels;

/// <summary>
/// The last part of a training step: gradients of all parameters, in PyTorch's layout, in blocks that the threads share; with Adam on each block while it is in the cache, if asked.
/// </summary>
internal sealed unsafe class CnnGradients : KernelJob
{
    private readonly CnnPlan plan;
    private readonly List<(int Parameter, int First, int Count)> tasks = [];
    private readonly nint[] parameters, gradients, first, second;
    private CnnWorkspace workspace = null!;
    private readonly AlignedBuffer scratch;
    private readonly int threads, scratchLength;
    private AdamStep? step;

    public CnnGradients(CnnPlan plan, int threads)
    {
        (this.plan, this.threads) = (plan, Math.Max(1, threads));
        scratchLength = Enumerable.Range(0, plan.Shape.ParameterCount).Where(p => p / 2 < plan.Convolutions.Length || p % 2 == 1)
            .Max(plan.ParameterLength) + (plan.Linears[0].BlockStride * plan.Linears[0].BlockStride);
        scratch = new((long)scratchLength * this.threads);
        int count = plan.Shape.ParameterCount;
        (parameters, gradients, first, second) = (new nint[count], new nint[count], new nint[count], new nint[count]);
        int[] linearWeights = [.. Enumerable.Range(0, count).Where(p => p / 2 >= plan.Convolutions.Length && p % 2 == 0)];
        tasks.AddRange(linearWeights.SelectMany(p => Linear.Panels(plan.Simd, plan.ParameterLength(p + 1)).Select(panel => (p, panel.First, panel.Count))));
        tasks.AddRange(Enumerable.Range(0, count).Except(linearWeights).OrderByDescending(plan.ParameterLength).Select(p => (p, 0, 0)));
    }

    /// <summary>Computes the gradients of the workspace's last backward pass.</summary>
    public void Run(CnnWorkspace workspace, ReadOnlySpan<nint> gradients)
    {
        gradients.CopyTo(this.gradients);
        (this.workspace, step) = (workspace, null);
        KernelThreads.Run(threads, tasks.Count, this);
    }

    /// <summary>Updates the parameters and Adam's moments; the gradients never leave the cache.</summary>
    public void Run(CnnWorkspace workspace, ReadOnlySpan<nint> parameters, ReadOnlySpan<nint> first, ReadOnlySpan<nint> second, in AdamStep step)
    {
        parameters.CopyTo(this.parameters);
        first.CopyTo(this.first);
        second.CopyTo(this.second);
        (this.workspace, this.step) = (workspace, step);
        KernelThreads.Run(threads, tasks.Count, this);
    }

    /// <inheritdoc/>
    public override void Run(int item, int thread)
    {
        (int p, int firstOutput, int outputs) = tasks[item];
        int linear = (p / 2) - plan.Convolutions.Length, length = plan.ParameterLength(p);
        float* own = scratch.Pointer + ((nint)thread * scratchLength), gradient = step is null ? (float*)gradients[p] : own;
        if (outputs > 0)
        {
            LinearWeights(p, linear, firstOutput, outputs, own);
            return;
        }

        if (linear < 0)
        {
            workspace.ConvolutionGradient(p, gradient);
        }
        else
        {
            workspace.LinearBiasGradient(linear, gradient);
        }

        if (step is { } adam)
        {
            plan.Simd.Adam((float*)parameters[p], gradient, (float*)first[p], (float*)second[p], 1, length, length, length, adam);
        }
    }

    private void LinearWeights(int p, int linear, int firstOutput, int outputs, float* block)
    {
        int inputs = plan.Linears[linear].Inputs;
        for (int input = 0, panel; input < inputs; input += panel)
        {
            panel = Math.Min(plan.Simd.PanelWidth(input, inputs), inputs - input);
            nint offset = (((nint)firstOutput * inputs) + input) * sizeof(float);
            float* destination = step is null ? (float*)(gradients[p] + offset) : block;
            workspace.LinearWeightGradient(linear, firstOutput, outputs, input, panel, destination, block: step is not null);
            if (step is { } adam)
            {
                plan.Simd.Adam(
                    (float*)(parameters[p] + offset), block, (float*)(first[p] + offset), (float*)(second[p] + offset),
                    outputs, panel, inputs, plan.Linears[linear].BlockStride, adam);
            }
        }
    }
}
