using MnistCnn.Kernels;

namespace MnistCnn.Layers;

/// <summary>
/// Which outputs of a linear layer any image of a batch activates. Where its ReLU holds an output at zero for all of them, the gradient of that output is zero, and so is all that follows from
/// it: after a few steps that goes for a quarter to a third of a wide layer, and the backward pass need not compute with them. Sums lose zeros alone: no bit of the results changes.
/// <code>
/// compact rows [N, live outputs]     rows of gradients [N, outputs] without the others, padded to whole registers with anything
/// </code>
/// </summary>
internal sealed unsafe class LiveOutputs(SimdKernels simd, Linear layer)
{
    private readonly AlignedBuffer starts = new(layer.Columns / simd.Width), expanding = new(layer.Columns), compacting = new(layer.Columns);

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>The same, padded to whole registers.</summary>
    public int Columns => (Count + simd.Width - 1) / simd.Width * simd.Width;

    /// <summary>The same, padded to whole panels.</summary>
    public int Panels => (Count + layer.Panel - 1) / layer.Panel * layer.Panel;

    /// <summary>Of each output its place among the live ones of its register, negative if it is dead.</summary>
    public int* Expanding => (int*)expanding.Pointer;

    private int* Starts => (int*)starts.Pointer;

    /// <summary>Of each register the places of its live outputs, then negative numbers.</summary>
    private int* Compacting => (int*)compacting.Pointer;

    /// <summary>Finds them.</summary>
    /// <param name="activity">Of each slice, and each output of it, what is zero where no image activates it; one row more takes the sums.</param>
    /// <param name="slices">How many slices.</param>
    /// <returns>Whether passing over the others saves anything.</returns>
    public bool Find(float* activity, int slices)
    {
        float* all = activity + ((nint)slices * layer.Columns);
        simd.SumRows(activity, layer.Columns, slices, layer.Columns, all);
        Count = 0;
        for (int output = 0; output < layer.Columns; output++)
        {
            (int register, int lane) = Math.DivRem(output, simd.Width);
            if (lane == 0)
                Starts[register] = Count;

            (Expanding[output], Compacting[output]) = (-1, -1);
            if (all[output] != 0)
            {
                Expanding[output] = Count - Starts[register];
                Compacting[(register * simd.Width) + Expanding[output]] = lane;
                Count++;
            }
        }

        return Columns < layer.Columns;
    }

    /// <summary>Makes compact rows of gradients, at the same stride.</summary>
    public void Compact(float* gradients, nint stride, int rows, float* compact) =>
        simd.Permute(gradients, stride, rows, Starts, Compacting, layer.Columns, compact, stride, compact: true);

    /// <summary>Makes whole rows of some columns from compact ones, with zeros for the others.</summary>
    public void Expand(float* compact, nint stride, int rows, int firstColumn, int columns, float* whole) =>
        simd.Permute(compact, stride, rows, Starts + (firstColumn / simd.Width), Expanding + firstColumn, columns, whole, columns, compact: false);

    /// <summary>
    /// A step of Adam for weights of a panel, without a gap between rows, from compact rows of their gradients: what <see cref="Expand"/> makes of them is never written. Those of the next panel are
    /// fetched into the cache meanwhile: they are so far away that the processor does not foresee them.
    /// </summary>
    public void Adam(float* compact, nint stride, int rows, int firstColumn, float* weights, float* firstMoments, float* secondMoments, in AdamStep step) => simd.AdamExpanded(
        weights, compact, stride, rows, Starts + (firstColumn / simd.Width), Expanding + firstColumn, layer.Panel, firstMoments, secondMoments, step, (nint)layer.Inputs * layer.Panel);
}
