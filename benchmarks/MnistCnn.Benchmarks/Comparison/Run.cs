using System.Text.Json;

namespace MnistCnn.Benchmarks.Comparison;

/// <summary>One run of a program.</summary>
/// <param name="Value">What counts, in seconds or MiB.</param>
/// <param name="Report">All that it reported.</param>
internal sealed record Run(double Value, IReadOnlyDictionary<string, JsonElement> Report);
