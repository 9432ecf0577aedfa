using MnistCnn.Kernels;
using MnistCnn.Layers;
using MnistCnn.Networks;
using MnistCnn.Serialization;

namespace MnistCnn.Inference;

/// <summary>The layers of a classifier and their weights, packed once for the kernels. Immutable.</summary>
internal sealed unsafe class PredictorNetwork
{
    private const float PixelMaximum = 255;

    public PredictorNetwork(ModelDescription description, IReadOnlyDictionary<string, SafetensorsTensor> weights, SimdKernels simd)
    {
        Plan = new CnnPlan(CnnShape.Reference(description.Height, description.Width, description.ClassNames.Count), simd);
        Weights = new CnnParameters(Plan, inference: true);
        List<AlignedBuffer> parameters = [];
        foreach ((string name, _) in description.WeightShapes())
        {
            float[] values = weights[name].ToSingles();
            parameters.Add(new AlignedBuffer(values.Length));
            values.CopyTo(new Span<float>(parameters[^1].Pointer, values.Length));
        }

        // Images are floats 0 to 255: the first convolution divides them.
        foreach (ref float weight in new Span<float>(parameters[0].Pointer, Plan.Shape.Convolutions[0].Window * Plan.Shape.Convolutions[0].Filters))
        {
            weight /= PixelMaximum;
        }

        Weights.Pack([.. parameters.Select(p => (nint)p.Pointer)], threads: 1);
        GC.KeepAlive(parameters);
    }

    public CnnPlan Plan { get; }

    public CnnParameters Weights { get; }
}
