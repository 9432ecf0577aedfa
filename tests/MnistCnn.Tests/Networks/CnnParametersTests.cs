using MnistCnn.Networks;

namespace MnistCnn.Tests.Networks;

public sealed unsafe class CnnParametersTests
{
    [Theory]
    [InlineData(1e16f)]
    [InlineData(float.NaN)]
    public void A_layer_counts_as_it_did_until_all_weights_were_looked_at(float huge)
    {
        CnnParameters parameters = new(new CnnPlan(CnnShape.Reference(28, 28, 10)));
        float* values = stackalloc float[64];
        new Span<float>(values, 64).Fill(1);
        Assert.True(AfterLooking());

        values[33] = huge;
        parameters.BeginChecks();
        parameters.Check(2, values, 64);
        Assert.True(parameters.AreModerate(2));
        parameters.EndChecks();
        Assert.False(parameters.AreModerate(2));
        Assert.True(parameters.AreModerate(1));

        values[33] = 1;
        parameters.BeginChecks();
        Assert.False(parameters.AreModerate(2));
        Assert.True(AfterLooking());

        bool AfterLooking()
        {
            parameters.BeginChecks();
            parameters.Check(2, values, 64);
            parameters.EndChecks();
            return parameters.AreModerate(2);
        }
    }
}
