using System.Diagnostics;
using System.IO.Compression;
using static TorchSharp.torch;

namespace MnistCnn.Benchmarks.Workers;

/// <summary>Reads both splits from <c>.gz</c>.</summary>
internal static class LoadWorker
{
    private const int Repetitions = 5;

    public static Dictionary<string, double> Run(WorkerOptions options)
    {
        Action load = options.Engine == "torchsharp" ? TorchSharpReader(options.Data) : () => MnistDataset.LoadSplits(options.Data);
        List<double> seconds = [];
        for (int i = 0; i < Repetitions; i++)
        {
            long started = Stopwatch.GetTimestamp();
            load();
            seconds.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
        }

        return new() { ["seconds"] = Median.Of(seconds), ["first_seconds"] = seconds[0] };
    }

    /// <summary>
    /// What TorchSharp's own data set class does (it is in a package of its own): unpacks the archives, checks next to nothing, and makes a tensor of every
    /// image and label.
    /// </summary>
    private static Action TorchSharpReader(string directory)
    {
        TorchRuntime.EnsureLoaded();
        return () =>
        {
            List<Tensor> tensors = [];
            foreach (string split in new[] { "train", "t10k" })
            {
                byte[] images = Unpack(Path.Combine(directory, split + "-images-idx3-ubyte.gz")),
                    labels = Unpack(Path.Combine(directory, split + "-labels-idx1-ubyte.gz"));
                for (int i = 0; i < labels.Length - 8; i++)
                {
                    float[] pixels = new float[28 * 28];
                    for (int p = 0; p < pixels.Length; p++)
                    {
                        pixels[p] = images[16 + i * pixels.Length + p] / 256f;
                    }

                    tensors.Add(tensor(pixels, [28, 28]));
                    tensors.Add(tensor(labels[8 + i], ScalarType.Int64));
                }
            }

            tensors.ForEach(t => t.Dispose());
        };
    }

    private static byte[] Unpack(string path)
    {
        using GZipStream stream = new(File.OpenRead(path), CompressionMode.Decompress);
        using MemoryStream bytes = new();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
