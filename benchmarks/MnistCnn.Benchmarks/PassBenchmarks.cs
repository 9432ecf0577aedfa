using BenchmarkDotNet.Attributes;
using MnistCnn.Engine;
using MnistCnn.Networks;

namespace MnistCnn.Benchmarks;

/// <summary>
/// A training pass and a forward pass of 128 drawn digits: of the reference network, and of networks of one of its layers and a linear layer.
/// </summary>
public unsafe class PassBenchmarks
{
    private const int Images = 128, Classes = 10;
    private readonly float[] outputs = new float[Images * Classes];
    private readonly long[] labels = new long[Images];
    private float[] inputs = [];
    private NetworkWeights weights = null!;
    private ParameterBuffer gradients = null!;
    private TrainingPass training = null!;
    private InferencePass inference = null!;

    [Params("reference", "conv1", "conv2", "conv3", "fc1")]
    public string Network { get; set; } = "";

    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        NetworkDescription network = Network switch
        {
            "reference" => ReferenceNetwork.Create(28, 28, Classes),
            "conv1" => new NetworkBuilder(new(1, 28, 28)).Convolution("conv1", 16, 3, stride: 2).Relu("relu").Flatten().Linear("fc", Classes).Build(),
            "conv2" => new NetworkBuilder(new(16, 13, 13)).Convolution("conv2", 32, 3, stride: 2).Relu("relu").Flatten().Linear("fc", Classes).Build(),
            "conv3" => new NetworkBuilder(new(32, 6, 6)).Convolution("conv3", 64, 3).Relu("relu").Flatten().Linear("fc", Classes).Build(),
            _ => new NetworkBuilder(new(1024, 1, 1)).Flatten().Linear("fc1", 256).Relu("relu").Linear("fc", Classes).Build(),
        };
        Random random = new(1);
        NetworkPlan plan = new(network);
        weights = new NetworkWeights(plan, training: true);
        for (int i = 0; i < plan.ParameterLength; i++)
        {
            weights.Values.Pointer[i] = (random.NextSingle() - 0.5f) / 10;
        }

        weights.Refresh(Threads);
        (gradients, training, inference) = (new ParameterBuffer(plan), new TrainingPass(plan, Images, Threads), new InferencePass(plan, Threads));
        inputs = new float[Images * network.Input.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i] = Math.Max(0, random.NextSingle() - 0.7f);
        }
    }

    [Benchmark]
    public void Train()
    {
        fixed (long* y = labels)
        {
            training.Run(new TrainingBatch { Images = Read, Count = Images, Labels = y, Scale = 1f / Images }, weights, gradients);
        }
    }

    [Benchmark]
    public void Predict()
    {
        fixed (float* z = outputs)
        {
            inference.Run(weights, Read, Images, z);
        }
    }

    private void Read(int first, int count, float* destination)
    {
        int length = inputs.Length / Images;
        inputs.AsSpan(first * length, count * length).CopyTo(new Span<float>(destination, count * length));
    }
}
