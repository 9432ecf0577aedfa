namespace MnistCnn.Samples.Serving;

/// <summary><c>GET /model</c>: what the page must know of the model.</summary>
internal static class ModelEndpoint
{
    private const string Digits = "0123456789";

    public static object Answer(CnnPredictor predictor) => new
    {
        height = predictor.Height,
        width = predictor.Width,
        classes = predictor.ClassNames,
        isDigits = string.Concat(predictor.ClassNames) == Digits,
        // Digits and letters side by side make a number or a word; articles of clothing do not.
        readsText = predictor.ClassNames.All(name => name.Length == 1 && char.IsAsciiLetterOrDigit(name[0])),
    };
}
