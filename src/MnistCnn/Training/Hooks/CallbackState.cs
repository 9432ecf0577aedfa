using System.Globalization;
using MnistCnn.Serialization;
using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>What a callback keeps in a checkpoint: strings, numbers and tensors by name. Belongs to the call that received it.</summary>
public sealed class CallbackState
{
    private readonly Dictionary<string, string> values;
    private readonly Dictionary<string, SafetensorsTensor> tensors;

    internal CallbackState(Dictionary<string, string>? values = null, Dictionary<string, SafetensorsTensor>? tensors = null)
    {
        this.values = values ?? new Dictionary<string, string>(StringComparer.Ordinal);
        this.tensors = tensors ?? new Dictionary<string, SafetensorsTensor>(StringComparer.Ordinal);
    }

    /// <summary>The names of all tensors.</summary>
    public IReadOnlyCollection<string> TensorNames => tensors.Keys;

    internal IReadOnlyDictionary<string, string> Values => values;

    internal IReadOnlyDictionary<string, SafetensorsTensor> Tensors => tensors;

    /// <summary>Keeps a string.</summary>
    /// <param name="name">Unique in the callback.</param>
    /// <param name="value">Any.</param>
    public void Set(string name, string value) => values[name] = value;

    /// <summary>Keeps a number; it is read back exactly.</summary>
    /// <param name="name">Unique in the callback.</param>
    /// <param name="value">Any, NaN and infinities included.</param>
    public void Set(string name, double value) => values[name] = value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>Keeps an integer.</summary>
    /// <param name="name">Unique in the callback.</param>
    /// <param name="value">Any.</param>
    public void Set(string name, long value) => values[name] = value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Keeps a copy of a tensor, of any device.</summary>
    /// <param name="name">Unique in the callback.</param>
    /// <param name="tensor">Stays the caller's.</param>
    /// <exception cref="ArgumentException">Complex or quantised elements.</exception>
    public void Set(string name, Tensor tensor) => tensors[name] = TorchTensors.Copy(tensor);

    /// <summary>A string, or null where there is none of that name.</summary>
    /// <param name="name">Its name.</param>
    public string? GetString(string name) => values.GetValueOrDefault(name);

    /// <summary>A number, or null where there is none of that name.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="FormatException">It is not a number.</exception>
    public double? GetDouble(string name) => values.TryGetValue(name, out string? value) ? double.Parse(value, CultureInfo.InvariantCulture) : null;

    /// <summary>An integer, or null where there is none of that name.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="FormatException">It is not an integer.</exception>
    public long? GetInt64(string name) => values.TryGetValue(name, out string? value) ? long.Parse(value, CultureInfo.InvariantCulture) : null;

    /// <summary>A tensor on the CPU that belongs to the caller, or null where there is none of that name.</summary>
    /// <param name="name">Its name.</param>
    public Tensor? GetTensor(string name) => tensors.TryGetValue(name, out SafetensorsTensor? tensor) ? TorchTensors.Create(tensor) : null;
}
