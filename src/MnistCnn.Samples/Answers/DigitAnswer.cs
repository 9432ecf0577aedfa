using System.Text.Json.Serialization;

namespace MnistCnn.Samples.Answers;

/// <summary>What a model takes a prepared picture for.</summary>
/// <param name="Digit">The index of the most probable class.</param>
/// <param name="Class">Its name.</param>
/// <param name="Probability">Its probability.</param>
/// <param name="Probabilities">The probability of each class.</param>
/// <param name="Familiar">Whether the picture is like those that the model was trained on.</param>
/// <param name="Familiarity">The score that says so.</param>
internal sealed record DigitAnswer(int Digit, string Class, float Probability, float[] Probabilities, bool Familiar, float Familiarity)
{
    /// <summary>The pixels that the network saw, where they are asked for; Base64 in JSON.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public byte[]? Pixels { get; init; }

    public static DigitAnswer Of(CnnPredictor predictor, byte[] pixels)
    {
        float[] probabilities = new float[predictor.ClassNames.Count];
        float[] familiarity = new float[1];
        predictor.Predict(pixels, probabilities, familiarity);
        int digit = probabilities.AsSpan().IndexOf(probabilities.Max());
        return new DigitAnswer(digit, predictor.ClassNames[digit], probabilities[digit], probabilities, predictor.IsFamiliar(pixels, familiarity[0]),
            familiarity[0]);
    }
}
