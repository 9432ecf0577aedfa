using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MnistCnn.Serialization;

/// <summary>Copies a module's parameters and buffers out, and all of them or none in.</summary>
internal sealed class ModuleState : IDisposable
{
    private readonly List<(Tensor Target, Tensor Value)> copies;

    private ModuleState(List<(Tensor Target, Tensor Value)> copies) => this.copies = copies;

    /// <summary>Copies everything that <c>state_dict</c> names.</summary>
    public static Dictionary<string, SafetensorsTensor> Capture(Module module)
    {
        Dictionary<string, SafetensorsTensor> tensors = new(StringComparer.Ordinal);
        foreach ((string name, Tensor tensor) in module.state_dict())
        {
            tensors.Add(name, TorchTensors.Copy(tensor));
        }

        return tensors;
    }

    /// <summary>
    /// Checks tensors against a module and stages them on its device, changing nothing yet: <see cref="Apply"/> does, and cannot fail half-way for a reason
    /// that lies in the file.
    /// </summary>
    /// <exception cref="CheckpointFormatException">Tensors are missing, extra, of another shape or type, or not finite; the message lists them.</exception>
    public static ModuleState Prepare(Module module, IReadOnlyDictionary<string, SafetensorsTensor> tensors, SafetensorsLoadOptions options, string path)
    {
        Dictionary<string, Tensor> state = module.state_dict();
        List<string> problems = [];
        foreach ((string name, Tensor target) in state.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (tensors.TryGetValue(name, out SafetensorsTensor? tensor))
            {
                if (Mismatch(target, tensor, options) is { } problem)
                {
                    problems.Add($"{SafetensorsHeader.Quote(name)}: {problem}");
                }
            }
            else if (!options.AllowMissing)
            {
                problems.Add($"{SafetensorsHeader.Quote(name)}: expected [{string.Join(",", target.shape)}], found no such tensor");
            }
        }

        if (!options.AllowExtra)
        {
            problems.AddRange(tensors.Where(pair => !state.ContainsKey(pair.Key)).OrderBy(pair => pair.Key, StringComparer.Ordinal)
                .Select(pair => $"{SafetensorsHeader.Quote(pair.Key)}: expected no such tensor, found {pair.Value.Describe()}"));
        }

        return problems.Count == 0 ? Stage(state, tensors) : throw new CheckpointFormatException(path, Summarize(problems, module));
    }

    /// <summary>Overwrites the module's tensors in place.</summary>
    public void Apply()
    {
        using IDisposable noGradient = no_grad();
        foreach ((Tensor target, Tensor value) in copies)
        {
            // copy_ returns the very object that it is called on: nothing to dispose.
            _ = target.copy_(value);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((_, Tensor value) in copies)
        {
            value.Dispose();
        }
    }

    private static ModuleState Stage(Dictionary<string, Tensor> state, IReadOnlyDictionary<string, SafetensorsTensor> tensors)
    {
        List<(Tensor Target, Tensor Value)> copies = [];
        using DisposeScope scope = NewDisposeScope();
        foreach ((string name, Tensor target) in state)
        {
            if (tensors.TryGetValue(name, out SafetensorsTensor? tensor))
            {
                copies.Add((target, TorchTensors.Create(tensor).to(target.dtype, target.device).DetachFromDisposeScope()));
            }
        }

        return new ModuleState(copies);
    }

    private static string? Mismatch(Tensor target, SafetensorsTensor tensor, SafetensorsLoadOptions options)
    {
        SafetensorsType? expected = TorchTensors.TypeOf(target.dtype);
        bool convertible = options.ConvertFloatingPoint && target.is_floating_point() && tensor.Type <= SafetensorsType.BF16;
        if (!target.shape.SequenceEqual(tensor.Shape) || (expected != tensor.Type && !convertible))
        {
            return $"expected {expected?.ToString() ?? target.dtype.ToString()} [{string.Join(",", target.shape)}], found {tensor.Describe()}";
        }

        long index = options.AllowNonFinite ? -1 : SafetensorsElements.IndexOfNonFinite(tensor.Type, tensor.Data.Span);
        return index < 0 ? null : $"expected finite numbers, found "
            + $"{SafetensorsElements.ToSingle(tensor.Type, tensor.Data.Span[((int)index * SafetensorsElements.Size(tensor.Type))..])} at element {index}";
    }

    private static string Summarize(List<string> problems, Module module)
    {
        const int Shown = 12;
        string rest = problems.Count > Shown ? $"; and {problems.Count - Shown} more" : "";
        return $"does not fit {module.GetName()}: {string.Join("; ", problems.Take(Shown))}{rest}.";
    }
}
