using MnistCnn.Kernels;
using MnistCnn.Networks;

namespace MnistCnn.Training;

/// <summary>A step of Adam in pieces that the threads share.</summary>
internal sealed unsafe class AdamJob : KernelJob
{
    private const int PieceLength = 1 << 14;
    private readonly List<AdamBlock> pieces = [];

    public void Run(IEnumerable<AdamBlock> blocks, int threads)
    {
        pieces.Clear();
        foreach (AdamBlock block in blocks)
        {
            for (int element = 0; element < block.Length; element += PieceLength)
            {
                pieces.Add(block.From(element, Math.Min(PieceLength, block.Length - element)));
            }
        }

        KernelThreads.Run(threads, pieces.Count, this);
    }

    /// <inheritdoc/>
    public override void Run(int item, int thread)
    {
        AdamBlock piece = pieces[item];
        SimdKernels.Best.Adam(
            (float*)piece.Parameter, (float*)piece.Gradient, (float*)piece.First, (float*)piece.Second, piece.Length, piece.Step);
    }
}
