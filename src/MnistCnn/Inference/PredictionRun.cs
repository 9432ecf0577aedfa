using System.Runtime.Intrinsics;
using MnistCnn.Engine;

namespace MnistCnn.Inference;

/// <summary>The memory of a call of the predictor. One caller at a time; nothing is allocated once each thread has run.</summary>
internal sealed unsafe class PredictionRun
{
    private readonly NetworkWeights weights;
    private readonly InferencePass pass;
    private readonly ImageReader read;
    private readonly float temperature;
    private readonly int pixels;
    private byte* images;

    public PredictionRun(NetworkPlan plan, NetworkWeights weights, int threads, float temperature)
    {
        (this.weights, pixels, pass) = (weights, plan.Description.Input.Length, new InferencePass(plan, threads));
        (read, this.temperature) = (Read, temperature);
    }

    /// <summary>Computes [count, classes] probabilities, and [count] scores of familiarity where they are asked for.</summary>
    public void Predict(byte* images, int count, float* probabilities, float* familiarity)
    {
        this.images = images;
        SoftmaxOutput softmax = new(temperature, (nint)familiarity);
        if (count > 1)
        {
            pass.Run(weights, read, count, probabilities, softmax);
            return;
        }

        pass.RunOne(weights, read, probabilities, softmax);
    }

    /// <summary>Bytes become floats 0 to 255.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Read(int first, int count, float* destination)
    {
        byte* source = images + (nint)first * pixels;
        int i = 0, total = count * pixels;
        for (; i <= total - Vector128<byte>.Count; i += Vector128<byte>.Count)
        {
            (Vector128<ushort> lower, Vector128<ushort> upper) = Vector128.Widen(Vector128.Load(source + i));
            (Vector128<uint> one, Vector128<uint> two) = Vector128.Widen(lower);
            (Vector128<uint> three, Vector128<uint> four) = Vector128.Widen(upper);
            Vector128.ConvertToSingle(one.AsInt32()).Store(destination + i);
            Vector128.ConvertToSingle(two.AsInt32()).Store(destination + i + 4);
            Vector128.ConvertToSingle(three.AsInt32()).Store(destination + i + 8);
            Vector128.ConvertToSingle(four.AsInt32()).Store(destination + i + 12);
        }

        for (; i < total; i++)
        {
            destination[i] = source[i];
        }
    }
}
