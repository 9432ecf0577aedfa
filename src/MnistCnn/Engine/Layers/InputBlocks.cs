namespace MnistCnn.Engine;

/// <summary>The blocks that a <see cref="Linear"/> layer divides its inputs into: one, or several that fit the caches of several cores. Immutable.</summary>
internal sealed class InputBlocks
{
    /// <summary>Inputs of an item of the backward pass.</summary>
    public const int GradientInputs = 64;

    /// <summary>Inputs of a block at most.</summary>
    public const int MostOfBlock = 1024;

    private const int LeastOfBlock = 512;
    private readonly int inputs, length;

    public InputBlocks(int inputs)
    {
        this.inputs = inputs;
        Count = inputs < 2 * LeastOfBlock ? 1 : Math.Max(2, (inputs + MostOfBlock - 1) / MostOfBlock);
        length = (inputs + Count * GradientInputs - 1) / (Count * GradientInputs) * GradientInputs;
    }

    /// <summary>How many there are.</summary>
    public int Count { get; }

    /// <summary>Items of the backward pass.</summary>
    public int GradientItems => Count * (length / GradientInputs);

    public int FirstOf(int block) => block * length;

    public int LengthOf(int block) => Math.Min(length, inputs - FirstOf(block));

    /// <summary>The inputs of an item of the backward pass. Items take the blocks in turn, as threads take items.</summary>
    public (int First, int Count) OfItem(int item)
    {
        (int part, int block) = Math.DivRem(item, Count);
        return (FirstOf(block) + part * GradientInputs, Math.Min(GradientInputs, LengthOf(block) - part * GradientInputs));
    }
}
