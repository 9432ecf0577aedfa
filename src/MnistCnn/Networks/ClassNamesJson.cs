using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MnistCnn.Networks;

/// <summary>Names of classes as a JSON array, as the metadata of files have them.</summary>
internal static class ClassNamesJson
{
    public static string Write(IReadOnlyList<string> names)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartArray();
            foreach (string name in names)
            {
                json.WriteStringValue(name);
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Null where the text is no array of 2 to <paramref name="most"/> names.</summary>
    public static List<string>? Read(string text, int most)
    {
        List<string> names = [];
        try
        {
            Utf8JsonReader json = new(Encoding.UTF8.GetBytes(text));
            bool isArray = json.Read() && json.TokenType == JsonTokenType.StartArray;
            while (isArray && json.Read() && json.TokenType == JsonTokenType.String && names.Count <= most)
            {
                names.Add(json.GetString()!);
            }

            return isArray && json.TokenType == JsonTokenType.EndArray && !json.Read() && names.Count >= 2 && names.Count <= most ? names : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
