using BenchmarkDotNet.Attributes;
using MnistCnn.Layers;
using MnistCnn.Networks;

namespace MnistCnn.Benchmarks;

/// <summary>The linear layers: 8.4, 0.52 and 0.02 million multiply-adds a slice of 32 images 28 × 28, in each of the three passes.</summary>
public unsafe class LinearBenchmarks
{
    private Linear linear = null!;
    private AlignedBuffer x = null!, y = null!, weights = null!, inputGradient = null!, weightGradient = null!, scratch = null!;
    private int strideX, strideY;

    [Params("fc1", "fc2", "fc3")]
    public string Layer { get; set; } = "";

    [GlobalSetup]
    public void SetUp()
    {
        CnnPlan plan = KernelMemory.Plan;
        int index = Layer[^1] - '1';
        (linear, strideX, strideY) = (plan.Linears[index], plan.Strides[index], plan.Strides[index + 1]);
        (x, inputGradient, y) = (KernelMemory.Random(CnnWorkspace.Slice * strideX), KernelMemory.Random(CnnWorkspace.Slice * strideX), KernelMemory.Random(CnnWorkspace.Slice * strideY));
        weights = KernelMemory.Random(linear.PackedForwardLength);
        (weightGradient, scratch) = (KernelMemory.Random(Linear.GradientInputs * linear.Panel), KernelMemory.Random(linear.ScratchLength));
    }

    [Benchmark]
    public void Forward() => linear.Forward(CnnWorkspace.Slice, x.Pointer, strideX, weights.Pointer, null, relu: false, y.Pointer, strideY, 0, linear.Inputs);

    [Benchmark]
    public void BackwardWeights()
    {
        for (int output = 0; output < linear.Outputs; output += linear.Panel)
        {
            for (int input = 0; input < linear.Inputs; input += Linear.GradientInputs)
            {
                linear.BackwardWeights(
                    CnnWorkspace.Slice, x.Pointer + input, strideX, y.Pointer + output, strideY, Math.Min(Linear.GradientInputs, linear.Inputs - input), linear.Panel, weightGradient.Pointer);
            }
        }
    }

    [Benchmark]
    public void BackwardInput() =>
        linear.BackwardInput(0, linear.Inputs, CnnWorkspace.Slice, y.Pointer, strideY, weights.Pointer, x.Pointer, inputGradient.Pointer, strideX, scratch.Pointer);
}
