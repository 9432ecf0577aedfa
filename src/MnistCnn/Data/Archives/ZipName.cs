using System.Text;

namespace MnistCnn.Data;

/// <summary>Which names of members are accepted: relative ones that stay below the folder of the archive.</summary>
internal static class ZipName
{
    private const int Utf8Flag = 0x800;

    /// <summary>The name in messages: control characters become '?'.</summary>
    public static string Printable(string name) => string.Concat(name.Select(character => char.IsControl(character) ? '?' : character));

    /// <summary>Decodes and checks a name.</summary>
    /// <exception cref="ZipFormatException">The name is empty, absolute, leads upwards, or holds a NUL or a control character.</exception>
    public static string Read(string path, ReadOnlySpan<byte> bytes, int flags)
    {
        string name = ((flags & Utf8Flag) != 0 ? Encoding.UTF8 : Encoding.Latin1).GetString(bytes);
        if (FaultOf(name) is { } fault)
        {
            throw new ZipFormatException(path, Printable(name), "the name of a member, relative and without '..'", fault);
        }

        return name;
    }

    private static string? FaultOf(string name)
    {
        if (name.Length == 0)
        {
            return "an empty name";
        }

        if (name.Any(char.IsControl))
        {
            return "a name with a control character";
        }

        if (name[0] is '/' or '\\' || (name.Length > 1 && name[1] == ':'))
        {
            return "an absolute name";
        }

        return name.Split('/', '\\').Contains("..") ? "a name with '..'" : null;
    }
}
