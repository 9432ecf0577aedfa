namespace MnistCnn.Benchmarks.Comparison;

/// <summary>One comparison.</summary>
/// <param name="Name">For <c>--only</c> and the JSON.</param>
/// <param name="Title">For the table.</param>
/// <param name="Unit">Of the figures shown.</param>
/// <param name="Scale">From what is measured to this unit.</param>
/// <param name="Contenders">The peers in their order, ours last.</param>
/// <param name="SeedPerRun">Whether each run gets a seed of its own, and there are five at least.</param>
/// <param name="Baseline">The contender that the ratios refer to.</param>
/// <param name="InOneProcess">Whether the first contender's command measures all of them in turn, and reports the seconds of each under its name.</param>
internal sealed record Part(
    string Name, string Title, string Unit, double Scale, IReadOnlyList<Contender> Contenders, bool SeedPerRun = false, string Baseline = Contender.Ours,
    bool InOneProcess = false);
