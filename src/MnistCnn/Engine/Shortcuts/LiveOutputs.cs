using System.Numerics;

namespace MnistCnn.Engine;

/// <summary>
/// Which outputs of a linear layer any image of a batch activates, as lists that products go by. Where a ReLU holds an output at zero for the whole batch, its
/// gradient is zero, and so is all that follows from it: after a few steps that goes for a quarter to a third of a wide layer. To do without: let
/// <see cref="Linear"/> always compute with all.
/// <code>
/// memory of a slice   [activity][any][outputs][places][rows][count]    each as long as <see cref="Columns"/> but the last
/// </code>
/// </summary>
internal readonly unsafe struct LiveOutputs
{
    private readonly int* memory;
    private readonly int columns;

    /// <param name="memory">Memory of a slice, of <see cref="Length"/>.</param>
    /// <param name="outputs">Outputs of the layer.</param>
    public LiveOutputs(float* memory, int outputs)
    {
        this.memory = (int*)memory;
        columns = Columns(outputs);
    }

    /// <summary>Of each output, what is not zero if it is live.</summary>
    public int* Any => memory + columns;

    /// <summary>0, 1, 2 … for the live outputs.</summary>
    public int* Places => memory + 3 * columns;

    /// <summary>The live outputs times <see cref="InputBlocks.GradientInputs"/>.</summary>
    public int* Rows => memory + 4 * columns;

    /// <summary>How many there are.</summary>
    public int Count => memory[5 * columns];

    private int* Outputs => memory + 2 * columns;

    /// <summary>Floats of memory for a slice.</summary>
    public static int Length(int outputs) => 5 * Columns(outputs) + 16;

    /// <summary>Finds out which columns of some outputs are not zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void FindActivity(float* rows, nint stride, int count)
    {
        for (int column = 0; column < columns; column += Vector<int>.Count)
        {
            Vector<int> bits = Vector<int>.Zero;
            int* value = (int*)rows + column;
            for (int r = 0; r < count; r++, value += stride)
            {
                bits |= Vector.Load(value);
            }

            (bits & new Vector<int>(int.MaxValue)).Store(memory + column);
        }
    }

    /// <summary>Makes the lists, from the activities of all slices.</summary>
    /// <param name="first">Memory of the first slice.</param>
    /// <param name="slices">How many there are.</param>
    /// <param name="outputs">Outputs of the layer.</param>
    public void List(float* first, int slices, int outputs)
    {
        new Span<int>(Any, columns).Clear();
        for (int s = 0; s < slices; s++)
        {
            int* activity = (int*)first + s * Length(outputs);
            for (int column = 0; column < columns; column += Vector<int>.Count)
            {
                (Vector.Load(Any + column) | Vector.Load(activity + column)).Store(Any + column);
            }
        }

        int count = 0;
        for (int output = 0; output < outputs; output++)
        {
            (Outputs[count], Places[count], Rows[count]) = (output, count, output * InputBlocks.GradientInputs);
            count += Any[output] == 0 ? 0 : 1;
        }

        memory[5 * columns] = count;
    }

    /// <summary>Makes compact rows of gradients: those of the live outputs side by side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Compact(float* gradients, nint stride, int count, float* compact, nint compactStride)
    {
        int* outputs = Outputs;
        int live = Count;
        for (int r = 0; r < count; r++, gradients += stride, compact += compactStride)
        {
            for (int i = 0; i < live; i++)
            {
                compact[i] = gradients[outputs[i]];
            }
        }
    }

    private static int Columns(int outputs) => outputs + 16 & -16;
}
