namespace MnistCnn.Networks;

/// <summary>
/// A network as prediction needs it: dropout is gone, and batch normalisation, with its running statistics, is part of the convolution or linear layer before
/// it, or else a scale. Immutable and thread-safe.
/// </summary>
internal sealed class PredictionNetwork
{
    private readonly List<(LayerDescription Layer, LayerDescription Source, BatchNormDescription? Norm)> layers = [];

    /// <param name="trained">The network as it is trained.</param>
    public PredictionNetwork(NetworkDescription trained)
    {
        foreach (LayerDescription layer in trained.Layers)
        {
            switch (layer)
            {
                case DropoutDescription:
                    break;
                case BatchNormDescription norm when layers.LastOrDefault() is { Norm: null, Source: ConvolutionDescription convolution }:
                    layers[^1] = (convolution with { Bias = true }, convolution, norm);
                    break;
                case BatchNormDescription norm when layers.LastOrDefault() is { Norm: null, Source: LinearDescription linear }:
                    layers[^1] = (linear with { Bias = true }, linear, norm);
                    break;
                case BatchNormDescription norm:
                    layers.Add((new ScaleDescription(norm.Name, norm.Channels), norm, norm));
                    break;
                default:
                    layers.Add((layer, layer, null));
                    break;
            }
        }

        IsTrained = layers.All(layer => layer.Norm is null);
        Network = IsTrained && layers.Count == trained.Layers.Count ? trained : new NetworkDescription(trained.Input, [.. layers.Select(layer => layer.Layer)]);
    }

    /// <summary>The network without what training alone needs.</summary>
    public NetworkDescription Network { get; }

    /// <summary>Whether its parameters are those of the trained network.</summary>
    public bool IsTrained { get; }

    /// <summary>The parameters in the order of <see cref="Network"/>.</summary>
    /// <param name="read">Reads a parameter or a buffer of the trained network by name.</param>
    public IReadOnlyList<float[]> Parameters(Func<string, float[]> read) => [.. layers.SelectMany(layer => layer switch
    {
        (_, _, null) => layer.Layer.Parameters.Select(parameter => read(parameter.Name)),
        (ScaleDescription, _, { } norm) => Factors(norm, read) is var (scale, shift) ? new[] { scale, shift } : [],
        (_, { } source, { } norm) => Fold(source, norm, read),
    })];

    private static float[][] Fold(LayerDescription source, BatchNormDescription norm, Func<string, float[]> read)
    {
        (float[] scale, float[] shift) = Factors(norm, read);
        float[] weights = [.. read(source.Parameters[0].Name)], bias = source.Parameters.Count > 1 ? read(source.Parameters[1].Name) : new float[scale.Length];
        int window = weights.Length / scale.Length;
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] *= scale[i / window];
        }

        return [weights, [.. bias.Zip(scale, shift).Select(b => (float)((double)b.First * b.Second + b.Third))]];
    }

    /// <summary>y = x · scale + shift.</summary>
    private static (float[] Scale, float[] Shift) Factors(BatchNormDescription norm, Func<string, float[]> read)
    {
        float[] weight = read(norm.Parameters[0].Name), bias = read(norm.Parameters[1].Name), mean = read(norm.Buffers[0].Name),
            variance = read(norm.Buffers[1].Name);
        double[] factors = [.. weight.Zip(variance, (w, v) => w / Math.Sqrt(v + norm.Epsilon))];
        return ([.. factors.Select(f => (float)f)], [.. factors.Select((f, c) => (float)(bias[c] - mean[c] * f))]);
    }
}
