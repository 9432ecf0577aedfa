namespace MnistCnn.Samples.Answers;

/// <summary>What the page must know of the model.</summary>
/// <param name="Height">Rows of an image.</param>
/// <param name="Width">Columns of an image.</param>
/// <param name="Classes">The name of each class.</param>
/// <param name="IsDigits">Whether the classes are the ten digits, in order.</param>
/// <param name="ReadsText">Whether several classes side by side make a number or a word: digits and letters do, articles of clothing do not.</param>
internal sealed record ModelAnswer(int Height, int Width, IReadOnlyList<string> Classes, bool IsDigits, bool ReadsText)
{
    private const string Digits = "0123456789";

    public static ModelAnswer Of(CnnPredictor predictor)
    {
        IReadOnlyList<string> names = predictor.ClassNames;
        return new ModelAnswer(predictor.Height, predictor.Width, names, string.Concat(names) == Digits,
            names.All(name => name.Length == 1 && char.IsAsciiLetterOrDigit(name[0])));
    }
}
