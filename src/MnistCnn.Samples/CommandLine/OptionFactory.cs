using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace MnistCnn.Samples.CommandLine;

/// <summary>Options whose errors say what was expected and found.</summary>
internal static class OptionFactory
{
    public static Option<string?> Text(string name, string description, string valueName) => new(name) { Description = description, HelpName = valueName };

    public static Option<string> Required(string name, string description, string valueName) =>
        new(name) { Description = description, HelpName = valueName, Required = true };

    public static Option<bool> Flag(string name, string description) => new(name) { Description = description };

    public static Option<bool> Json() => Flag("--json", "Print one JSON object last.");

    public static Option<string> Choice(string name, string description, params string[] values)
    {
        Option<string> option = new(name) { Description = description, HelpName = string.Join('|', values), DefaultValueFactory = _ => values[0] };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [Token token] && !values.Contains(token.Value))
            {
                result.AddError($"{name}: expected {string.Join(", ", values[..^1])} or {values[^1]}, found '{token.Value}'.");
            }
        });
        return option;
    }

    /// <summary>A published data set by name, <c>mnist</c> by default.</summary>
    /// <param name="name">The option.</param>
    /// <param name="more">A further name that is accepted, or null.</param>
    public static Option<string> DataSet(string name, string? more)
    {
        Option<string> option = new(name)
        {
            Description = "Which data set; download --list shows the names.",
            HelpName = "NAME",
            DefaultValueFactory = _ => "mnist"
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [Token token] && token.Value != more && !IsPublished(token.Value))
            {
                result.AddError($"{name}: expected {(more is null ? "" : $"{more} or ")}a name that download --list shows, found '{token.Value}'.");
            }
        });
        return option;
    }

    public static Option<int?> WholeNumber(string name, string description, int least) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result => Parse<int>(result, int.TryParse, value => value >= least, $"{name}: expected a whole number of {least} or more"),
    };

    public static Option<double?> PositiveNumber(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "X",
        CustomParser = result => Parse<double>(result, TryParse, value => double.IsFinite(value) && value > 0, $"{name}: expected a number above 0"),
    };

    private static bool IsPublished(string name)
    {
        try
        {
            _ = MnistVariant.Parse(name);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private delegate bool TryParser<T>(string text, NumberStyles styles, IFormatProvider culture, out T value);

    private static bool TryParse(string text, NumberStyles styles, IFormatProvider culture, out double value) =>
        double.TryParse(text, NumberStyles.Float, culture, out value);

    private static T? Parse<T>(ArgumentResult result, TryParser<T> parser, Func<T, bool> isAllowed, string expected)
        where T : struct
    {
        string text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (parser(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out T value) && isAllowed(value))
        {
            return value;
        }

        result.AddError($"{expected}, found '{text}'.");
        return null;
    }
}
