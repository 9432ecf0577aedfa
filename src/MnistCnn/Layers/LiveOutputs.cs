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
    private readonly AlignedBuffer packed = new(layer.Columns), transposed = new(layer.Columns), starts = new(layer.Columns / simd.Width), lanes = new(layer.Columns);

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>The same, padded to whole registers.</summary>
    public int Columns => (Count + simd.Width - 1) / simd.Width * simd.Width;

    /// <summary>The same, padded to whole panels.</summary>
    public int Panels => (Count + layer.Panel - 1) / layer.Panel * layer.Panel;

    /// <summary>The live outputs in order, each as its place in a row of packed weights.</summary>
    public int* Packed => (int*)packed.Pointer;

    /// <summary>The same, each as the place of its row of transposed gradients.</summary>
    public int* Transposed => (int*)transposed.Pointer;

    private int* Starts => (int*)starts.Pointer;

    private int* Lanes => (int*)lanes.Pointer;

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
            int register = output / simd.Width;
            bool lives = all[output] != 0;
            Starts[register] = output % simd.Width == 0 ? Count : Starts[register];
            Lanes[output] = lives ? Count - Starts[register] : -1;
            (Packed[Count], Transposed[Count]) = ((output / layer.Panel * layer.Inputs * layer.Panel) + (output % layer.Panel), output * Linear.Slice);
            Count += lives ? 1 : 0;
        }

        return Columns < layer.Columns;
    }

    /// <summary>Makes compact rows of gradients, in place.</summary>
    public void Compact(float* gradients, nint stride, int rows)
    {
        for (int r = 0; r < rows; r++, gradients += stride)
        {
            for (int n = 0; n < Count; n++)
                gradients[n] = gradients[Transposed[n] / Linear.Slice];
        }
    }

    /// <summary>Makes whole rows of some columns from compact ones, with zeros for the others.</summary>
    public void Expand(float* compact, nint stride, int rows, int firstColumn, int columns, float* whole) =>
        simd.Expand(compact, stride, rows, Starts + (firstColumn / simd.Width), Lanes + firstColumn, columns, whole);

    /// <summary>
    /// A step of Adam for weights of a panel, without a gap between rows, from compact rows of their gradients: what <see cref="Expand"/> makes of them is never written. Those of the next panel are
    /// fetched into the cache meanwhile: they are so far away that the processor does not foresee them.
    /// </summary>
    public void Adam(float* compact, nint stride, int rows, int firstColumn, float* weights, float* firstMoments, float* secondMoments, in AdamStep step) => simd.AdamExpanded(
        weights, compact, stride, rows, Starts + (firstColumn / simd.Width), Lanes + firstColumn, layer.Panel, firstMoments, secondMoments, step, (nint)layer.Inputs * layer.Panel);
}
