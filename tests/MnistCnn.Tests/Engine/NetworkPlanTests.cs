using CsCheck;
using MnistCnn.Engine;
using MnistCnn.Kernels;
using MnistCnn.Networks;

namespace MnistCnn.Tests.Engine;

public sealed unsafe class NetworkPlanTests
{
    [Fact]
    public void Pieces_cover_each_parameter_once_and_tensors_survive_packing() =>
        Gen.Select(RandomNetworks.All, Gen.Int[1, 4]).Sample(
            (network, threads) =>
            {
                foreach (SimdKernels simd in EngineNetwork.Widths)
                {
                    NetworkPlan plan = new(network, simd);
                    Assert.Equal(plan.ParameterLength, plan.Pieces.Sum(piece => piece.Length));
                    int end = 0;
                    foreach (ParameterPiece piece in plan.Pieces.OrderBy(piece => piece.Start))
                    {
                        Assert.Equal((end, 0, 0), (piece.Start, piece.Start % 16, piece.Length % 16));
                        end += piece.Length;
                    }

                    float[][] parameters = RandomNetworks.Parameters(network, 1);
                    ParameterMemory tensors = new(parameters), back = new(parameters.Select(p => new float[p.Length]));
                    ParameterBuffer buffer = new(plan);
                    buffer.Pack(tensors.Addresses, threads);
                    buffer.Unpack(back.Addresses, threads);
                    Assert.All(parameters.Select((p, i) => (p, i)), p => Assert.Equal(p.p, back.ToArray(p.i)));
                    Assert.Equal(parameters.Sum(p => p.Count(v => v != 0)), buffer.Span.ToArray().Count(v => v != 0));
                    GC.KeepAlive(tensors);
                }
            },
            iter: 20,
            threads: 1);

    [Theory]
    [InlineData(46_400, 46_400, 1)]
    [InlineData(1 << 20, 4096, 1)]
    [InlineData(1 << 13, 1, 1 << 13)]
    public void A_network_too_large_for_the_engines_offsets_is_refused_before_anything_is_written(int inputs, int outputs, int height) =>
        Assert.Throws<OverflowException>(() => new NetworkPlan(
            new NetworkDescription(new(1, height, inputs), [new FlattenDescription("flatten"), new LinearDescription("fc", height * inputs, outputs)])));

    [Fact]
    public void Memory_that_is_not_there_is_named() => Assert.Throws<InsufficientMemoryException>(() => new AlignedBuffer(1L << 50));
}
