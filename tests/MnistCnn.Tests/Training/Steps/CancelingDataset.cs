namespace MnistCnn.Tests.Training.Steps;

/// <summary>Cancels a run when it reads an image, once asked to.</summary>
internal sealed class CancelingDataset(IMnistDataset data, CancellationTokenSource source) : IMnistDataset
{
    public bool Cancels { get; set; }

    public int Count => data.Count;

    public int Height => data.Height;

    public int Width => data.Width;

    public IReadOnlyList<string> ClassNames => data.ClassNames;

    public ReadOnlySpan<byte> GetImage(int index)
    {
        if (Cancels)
        {
            source.Cancel();
        }

        return data.GetImage(index);
    }

    public byte GetLabel(int index) => data.GetLabel(index);
}
