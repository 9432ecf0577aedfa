using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace MnistCnn.Tests.Serialization;

/// <summary>An ONNX file in ONNX Runtime.</summary>
internal sealed class OnnxModel : IDisposable
{
    private readonly InferenceSession session;

    static OnnxModel()
    {
        if (OperatingSystem.IsWindows())
        {
            Environment.SetEnvironmentVariable("ORT_DISABLE_TELEMETRY", "1");
        }
        else
        {
            // Environment.SetEnvironmentVariable does not reach native libraries on Unix.
            _ = SetVariable("ORT_DISABLE_TELEMETRY"u8.ToArray().Append((byte)0).ToArray(), "1\0"u8.ToArray(), 1);
        }
    }

    public OnnxModel(string path)
    {
        using SessionOptions options = new();
        session = new InferenceSession(path, options);
    }

    public IReadOnlyDictionary<string, NodeMetadata> Inputs => session.InputMetadata;

    public IReadOnlyDictionary<string, NodeMetadata> Outputs => session.OutputMetadata;

    public ModelMetadata Metadata => session.ModelMetadata;

    public void Dispose() => session.Dispose();

    /// <summary>Runs pixels [count, 1, 28, 28] in batches and returns the outputs row by row.</summary>
    public float[] Run<T>(T[] pixels, int batchSize)
        where T : unmanaged
    {
        List<float> results = [];
        using RunOptions options = new();
        for (int first = 0; first < pixels.Length; first += batchSize * 784)
        {
            T[] batch = pixels[first..Math.Min(pixels.Length, first + batchSize * 784)];
            using OrtValue input = OrtValue.CreateTensorValueFromMemory(batch, [batch.Length / 784, 1, 28, 28]);
            using IDisposableReadOnlyCollection<OrtValue> output = session.Run(options, ["images"], [input], [.. session.OutputMetadata.Keys]);
            results.AddRange(output[0].GetTensorDataAsSpan<float>());
        }

        return [.. results];
    }

    [DllImport("libc", EntryPoint = "setenv")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int SetVariable(byte[] name, byte[] value, int overwrite);
}
