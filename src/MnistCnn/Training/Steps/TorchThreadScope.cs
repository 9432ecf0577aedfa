using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>Sets libtorch's number of threads for the length of a run, and puts the former number back.</summary>
internal sealed class TorchThreadScope : IDisposable
{
    private readonly int? former;

    public TorchThreadScope(int threads)
    {
        if (threads > 0)
        {
            former = get_num_threads();
            set_num_threads(threads);
        }
    }

    public void Dispose()
    {
        if (former is { } threads)
        {
            set_num_threads(threads);
        }
    }
}
