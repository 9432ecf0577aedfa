using Microsoft.ML.OnnxRuntime;

namespace MnistCnn.Benchmarks.Workers;

/// <summary>ONNX Runtime over memory of the caller, bound once, so that a call copies and allocates as little as it can.</summary>
internal sealed class OnnxEngine : IPredictionEngine
{
    private readonly SessionOptions options;
    private readonly InferenceSession session;
    private readonly RunOptions run = new();
    private readonly OrtIoBinding binding;
    private readonly OrtValue input;
    private readonly OrtValue output;
    private readonly float[] scores;

    public OnnxEngine(string model, float[] images, int threads)
    {
        options = new() { IntraOpNumThreads = threads, InterOpNumThreads = 1, GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL };
        session = new(model, options);
        long count = images.Length / (28 * 28);
        scores = new float[count * 10];
        input = OrtValue.CreateTensorValueFromMemory(images, [count, 1, 28, 28]);
        output = OrtValue.CreateTensorValueFromMemory(scores, [count, 10]);
        binding = session.CreateIoBinding();
        binding.BindInput(session.InputNames[0], input);
        binding.BindOutput(session.OutputNames[0], output);
    }

    public ReadOnlySpan<float> Run()
    {
        session.RunWithBinding(run, binding);
        return scores;
    }

    public void Dispose()
    {
        binding.Dispose();
        input.Dispose();
        output.Dispose();
        run.Dispose();
        session.Dispose();
        options.Dispose();
    }
}
