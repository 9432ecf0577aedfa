using System.Globalization;

namespace MnistCnn.Data;

/// <summary>
/// The dictionary of an npy header, in the subset of Python's syntax that NumPy writes: strings, True, False and tuples of numbers. Nothing is ever run.
/// </summary>
internal sealed class NpyDictionary
{
    private const int MaxRank = 32;
    private const int MaxDigits = 18;
    private const int Excerpt = 60;

    private readonly NpyInput input;
    private readonly string text;
    private int position;

    /// <exception cref="NpyFormatException">The text is no dictionary of exactly the three keys.</exception>
    public NpyDictionary(NpyInput input, string text)
    {
        (this.input, this.text) = (input, text);
        (string? descr, bool? fortran, long[]? shape) = (null, null, null);
        Expect('{');
        while (!Take('}'))
        {
            string key = ReadString("a key");
            Expect(':');
            switch (key)
            {
                case "descr" when descr is null:
                    descr = ReadDescr();
                    break;
                case "fortran_order" when fortran is null:
                    fortran = ReadBool();
                    break;
                case "shape" when shape is null:
                    shape = ReadShape();
                    break;
                default:
                    throw Fault("the keys 'descr', 'fortran_order' and 'shape', each once",
                        $"the key '{key}'{(key is "descr" or "fortran_order" or "shape" ? " again" : "")}");
            }

            if (!Take(','))
            {
                Expect('}');
                break;
            }
        }

        SkipSpaces();
        if (position != text.Length)
        {
            throw Fault("the end of the header after its dictionary", Rest());
        }

        Descr = descr ?? throw Fault("the key 'descr'", "none");
        FortranOrder = fortran ?? throw Fault("the key 'fortran_order'", "none");
        Shape = shape ?? throw Fault("the key 'shape'", "none");
    }

    /// <summary>The element type as NumPy writes it.</summary>
    public string Descr { get; }

    /// <summary>Whether the first dimension is the fastest.</summary>
    public bool FortranOrder { get; }

    /// <summary>The size of each dimension, at least 0.</summary>
    public long[] Shape { get; }

    private string ReadDescr()
    {
        SkipSpaces();
        return position < text.Length && text[position] is '[' or '('
            ? throw Fault("elements of one number", "records (the array holds several fields in each element)")
            : ReadString("an element type");
    }

    private bool ReadBool()
    {
        SkipSpaces();
        foreach ((string word, bool value) in (ReadOnlySpan<(string, bool)>)[("True", true), ("False", false)])
        {
            if (text.AsSpan(position).StartsWith(word, StringComparison.Ordinal))
            {
                position += word.Length;
                return value;
            }
        }

        throw Fault("True or False", Rest());
    }

    private long[] ReadShape()
    {
        List<long> sizes = [];
        Expect('(');
        while (!Take(')'))
        {
            if (sizes.Count == MaxRank)
            {
                throw Fault(string.Create(CultureInfo.InvariantCulture, $"at most {MaxRank} dimensions"), "more");
            }

            sizes.Add(ReadSize());
            if (!Take(','))
            {
                Expect(')');
                break;
            }
        }

        return [.. sizes];
    }

    private long ReadSize()
    {
        SkipSpaces();
        int end = position;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
        {
            end++;
        }

        if (end == position || end - position > MaxDigits)
        {
            throw Fault("a size of at least 0 and below 10^18", Rest());
        }

        long size = long.Parse(text.AsSpan(position, end - position), NumberStyles.None, CultureInfo.InvariantCulture);
        // Python 2 wrote long integers with an L.
        position = end < text.Length && text[end] == 'L' ? end + 1 : end;
        return size;
    }

    private string ReadString(string what)
    {
        SkipSpaces();
        if (position < text.Length && text[position] is '\'' or '"')
        {
            int end = text.IndexOf(text[position], position + 1);
            if (end > 0)
            {
                string value = text[(position + 1)..end];
                position = end + 1;
                return value;
            }
        }

        throw Fault($"{what} in quotes", Rest());
    }

    private void Expect(char character)
    {
        if (!Take(character))
        {
            throw Fault($"'{character}' in the npy header", Rest());
        }
    }

    private bool Take(char character)
    {
        SkipSpaces();
        bool found = position < text.Length && text[position] == character;
        position += found ? 1 : 0;
        return found;
    }

    private void SkipSpaces()
    {
        while (position < text.Length && text[position] is ' ' or '\n' or '\t' or '\r')
        {
            position++;
        }
    }

    private string Rest()
    {
        string rest = text[position..Math.Min(text.Length, position + Excerpt)].TrimEnd();
        return rest.Length == 0 ? "the end of the header" : $"'{ZipName.Printable(rest)}'";
    }

    private NpyFormatException Fault(string expected, string found) => input.Fault(input.Position - text.Length + position, expected, found);
}
