namespace MnistCnn.Tests.Serialization;

public sealed class MutantTests
{
    /// <summary>The benchmarks' <c>mutants</c> command runs 100,000 and measures time and memory.</summary>
    private const int Mutants = 400;

    [Fact]
    public void A_damaged_weights_file_is_loaded_or_refused_and_a_refusal_leaves_the_model_as_it_was()
    {
        using MutantTrial trial = new();
        for (int seed = 0; seed < Mutants; seed++)
        {
            trial.Try(new Random(seed));
        }

        Assert.Equal(Mutants, trial.Accepted + trial.Refused);
        Assert.InRange(trial.Refused, Mutants / 2, Mutants - 1);
    }
}
