using System.Text.Json;
using System.Text.Json.Serialization;
using MnistCnn.Samples.Answers;

namespace MnistCnn.Web;

/// <summary>Writes the answers as <c>serve</c> does, without reflection, which trimming would break.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(ModelAnswer))]
[JsonSerializable(typeof(DigitAnswer))]
[JsonSerializable(typeof(NumberAnswer))]
internal sealed partial class AnswerJson : JsonSerializerContext;
