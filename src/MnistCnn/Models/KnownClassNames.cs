using MnistCnn.Networks;
using static TorchSharp.torch;

namespace MnistCnn.Models;

/// <summary>
/// The class names of modules that were trained on a data set or read from a file: a module has no place for them, and files and predictors made of it
/// need them. Thread-safe.
/// </summary>
internal static class KnownClassNames
{
    private static readonly ConditionalWeakTable<nn.Module, IReadOnlyList<string>> All = [];

    /// <summary>Keeps the names for as long as the module lives; later ones replace them.</summary>
    public static void Keep(nn.Module model, IReadOnlyList<string> names) => All.AddOrUpdate(model, Array.AsReadOnly(names.ToArray()));

    /// <summary>The names that were kept, where they are as many as the classes; else the numbers from 0.</summary>
    public static IReadOnlyList<string> Of(nn.Module model, int classes) =>
        All.TryGetValue(model, out IReadOnlyList<string>? names) && names.Count == classes ? names : ModelDescription.DefaultClassNames(classes);
}
