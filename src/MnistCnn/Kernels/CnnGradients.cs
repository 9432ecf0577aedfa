namespace MnistCnn.Kernels;

/// <summary>
/// The last part of a training step: gradients of all parameters, in PyTorch's layout, in blocks that the threads share; with Adam on each block while it is in the cache, if asked.
/// </summary>
internal sealed unsafe class CnnGradients : KernelJob
{
    private readonly CnnPlan plan;
    private readonly List<(int Parameter, int Column, int Columns)> tasks = [];
    private readonly nint[] parameters, gradients, first, second;
    private CnnWorkspace workspace = null!;
    private readonly AlignedBuffer scratch;
    private readonly int threads, scratchLength;
    private AdamStep? step;

    public CnnGradients(CnnPlan plan, int threads)
    {
        (this.plan, this.threads) = (plan, Math.Max(1, threads));
        scratchLength = Enumerable.Range(0, plan.Shape.ParameterCount).Max(p => p / 2 < plan.Convolutions.Length || p % 2 == 1
            ? plan.ParameterLength(p) : plan.ParameterLength(p + 1) * plan.Linears[0].BlockStride);
        scratch = new((long)scratchLength * this.threads);
        int count = plan.Shape.ParameterCount;
        (parameters, gradients, first, second) = (new nint[count], new nint[count], new nint[count], new nint[count]);
        for (int p = 0; p < count; p++)
        {
            int linear = (p / 2) - plan.Convolutions.Length, columns = linear < 0 || p % 2 == 1 ? 1 : plan.Linears[linear].Inputs;
            for (int column = 0, panel; column < columns; column += panel)
            {
                panel = plan.Simd.PanelWidth(column, columns);
                tasks.Add((p, column, Math.Min(panel, columns - column)));
            }
        }
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
        (int p, int column, int columns) = tasks[item];
        int linear = (p / 2) - plan.Convolutions.Length, rows = 1, length = plan.ParameterLength(p);
        nint offset = column * sizeof(float), stride = length;
        float* gradient = step is null ? (float*)(gradients[p] + offset) : scratch.Pointer + ((nint)thread * scratchLength);
        if (linear < 0)
        {
            workspace.ConvolutionGradient(p, gradient);
        }
        else if (p % 2 == 0)
        {
            workspace.LinearWeightGradient(linear, column, columns, gradient, block: step is not null);
            (rows, length, stride) = (plan.Linears[linear].Outputs, columns, plan.Linears[linear].Inputs);
        }
        else
        {
            workspace.LinearBiasGradient(linear, gradient);
        }

        if (step is { } adam)
        {
            nint gradientStride = rows == 1 ? length : plan.Linears[linear].BlockStride;
            plan.Simd.Adam((float*)(parameters[p] + offset), gradient, (float*)(first[p] + offset), (float*)(second[p] + offset), rows, length, stride, gradientStride, adam);
        }
    }
}
