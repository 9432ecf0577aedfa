using System.Runtime.InteropServices;
using MnistCnn.Serialization;
using TorchSharp;
using static TorchSharp.torch;

namespace MnistCnn.Benchmarks.Workers;

/// <summary>The same operations on libtorch.</summary>
internal sealed class TorchSharpEngine : IPredictionEngine
{
    private readonly CnnClassifier model;
    private readonly Tensor input;
    private readonly float[] scores;

    public TorchSharpEngine(string weights, float[] images, int threads)
    {
        model = new CnnClassifier(new CnnClassifierOptions { UseKernels = false });
        model.LoadSafetensors(weights);
        model.eval();
        set_num_threads(threads);
        input = tensor(images).reshape(-1, 1, 28, 28);
        scores = new float[input.shape[0] * 10];
    }

    public ReadOnlySpan<float> Run()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        MemoryMarshal.Cast<byte, float>(model.forward(input).bytes).CopyTo(scores); // [N, classes]
        return scores;
    }

    public void Dispose()
    {
        input.Dispose();
        model.Dispose();
    }
}
