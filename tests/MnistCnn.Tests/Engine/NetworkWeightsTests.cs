using MnistCnn.Engine;

namespace MnistCnn.Tests.Engine;

public sealed unsafe class NetworkWeightsTests
{
    [Theory]
    [InlineData(1e16f)]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void A_layer_is_bounded_as_long_as_all_its_weights_are(float huge)
    {
        NetworkPlan plan = new(RandomNetworks.Reference);
        NetworkWeights weights = new(plan, training: true);
        float[][] parameters = RandomNetworks.Parameters(plan.Description, 1);
        float[] last = parameters[6];
        float before = last[^1];
        foreach ((float value, bool bounded) in new[] { (before, true), (huge, false), (before, true) })
        {
            last[^1] = value;
            ParameterMemory tensors = new(parameters);
            weights.Pack(tensors.Addresses, threads: 2);
            GC.KeepAlive(tensors);

            int changed = plan.LayerOf(6);
            Assert.All(Enumerable.Range(0, plan.Layers.Count), l => Assert.Equal(l != changed || bounded, weights.AreBounded(l)));
        }
    }
}
