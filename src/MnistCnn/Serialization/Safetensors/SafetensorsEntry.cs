namespace MnistCnn.Serialization;

/// <summary>A line of a safetensors header. Begin and End count bytes from the end of the header.</summary>
internal readonly record struct SafetensorsEntry(string Name, SafetensorsType Type, long[] Shape, long Begin, long End);
