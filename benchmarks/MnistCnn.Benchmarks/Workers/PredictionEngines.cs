namespace MnistCnn.Benchmarks.Workers;

internal static class PredictionEngines
{
    /// <param name="name">ours, onnx or torchsharp.</param>
    /// <param name="weights">A safetensors file; beside it an ONNX file of the same name.</param>
    /// <param name="images">The images of a call.</param>
    /// <param name="threads">Threads of a call.</param>
    public static IPredictionEngine Create(string name, string weights, byte[] images, int threads) => name switch
    {
        "ours" => new OurEngine(weights, images, threads),
        "onnx" => new OnnxEngine(Path.ChangeExtension(weights, ".onnx"), Scale(images), threads),
        "torchsharp" => new TorchSharpEngine(weights, Scale(images), threads),
        _ => throw new ArgumentException($"Expected ours, onnx or torchsharp, found '{name}'.", nameof(name)),
    };

    /// <summary>Done beforehand, in favour of the peers: ours takes bytes, and converts them at every call.</summary>
    private static float[] Scale(byte[] images) => Array.ConvertAll(images, pixel => pixel / 255f);
}
