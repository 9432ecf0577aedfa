namespace MnistCnn.Engine;

/// <summary>
/// Along one axis, input coordinate i meets output (i − k) / stride for every tap k of the window with k ≡ i (mod stride). Ordered by k mod stride and then
/// downwards, the taps that one input meets lie side by side, and so do the outputs, upwards: the gradient of the input gathers them without a gap.
/// </summary>
internal sealed class TapOrder(int kernel, int stride)
{
    private readonly int[] order = [.. Enumerable.Range(0, kernel).OrderBy(k => k % stride).ThenByDescending(k => k)];

    /// <summary>Where a tap is in the order.</summary>
    public int Position(int tap) => Array.IndexOf(order, tap);

    /// <summary>The taps that an input meets, but for the edges, in order.</summary>
    public int[] Of(int input) => [.. order.Where(k => k % stride == input % stride)];

    /// <summary>The first output that sees an input, how many do, and the position of the first one's tap.</summary>
    public (int Output, int Count, int Position) Meeting(int input, int outputs)
    {
        int[] taps = [.. Of(input).Where(k => k <= input && (input - k) / stride < outputs)];
        return taps.Length == 0 ? default : ((input - taps[0]) / stride, taps.Length, Position(taps[0]));
    }
}
