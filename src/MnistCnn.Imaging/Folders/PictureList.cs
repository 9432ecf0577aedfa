using System.Globalization;
using System.Text;

namespace MnistCnn.Imaging;

/// <summary>Finds the pictures of a data set: one folder for each class, or a CSV file of paths and labels.</summary>
internal static class PictureList
{
    private static readonly string[] Extensions = [".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp"];

    /// <summary>
    /// The pictures of the folders, which are the classes. Files elsewhere, hidden ones and those of other kinds are left alone; deeper folders are not
    /// entered.
    /// </summary>
    /// <exception cref="PictureFormatException">There are no class folders, one has no picture, or two names differ by case only.</exception>
    public static List<PictureEntry> OfFolders(string directory)
    {
        string[] folders = [.. Directory.EnumerateDirectories(directory).Where(IsVisible).Order(StringComparer.Ordinal)];
        if (folders.Length == 0)
        {
            throw new PictureFormatException(directory, "one folder for each class", "no folders");
        }

        foreach (IGrouping<string, string> same in folders.GroupBy(folder => Path.GetFileName(folder), StringComparer.OrdinalIgnoreCase)
            .Where(group => group.Count() > 1))
        {
            throw new PictureFormatException(directory, "class folders whose names differ by more than case",
                string.Join(" and ", same.Select(Path.GetFileName)));
        }

        List<PictureEntry> pictures = [];
        foreach (string folder in folders)
        {
            string[] files = [.. Directory.EnumerateFiles(folder).Where(file => IsVisible(file) && IsPicture(file)).Order(StringComparer.Ordinal)];
            if (files.Length == 0)
            {
                throw new PictureFormatException(folder, $"at least one picture ({string.Join(", ", Extensions)})", "none");
            }

            pictures.AddRange(files.Select(file => new PictureEntry(file, Path.GetFileName(folder))));
        }

        return pictures;
    }

    /// <summary>
    /// The pictures of a CSV file with a header line that names the columns <c>path</c> and <c>label</c>. Paths are relative to the file's folder.
    /// </summary>
    /// <exception cref="PictureFormatException">A column is missing, a line is too short, or a picture does not exist.</exception>
    public static List<PictureEntry> OfCsv(string csvPath)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(csvPath))!;
        string[] lines = File.ReadAllLines(csvPath, Encoding.UTF8);
        string[] header = lines.Length == 0 ? [] : [.. Fields(lines[0]).Select(field => field.Trim().ToLowerInvariant())];
        (int pathColumn, int labelColumn) = (Array.IndexOf(header, "path"), Array.IndexOf(header, "label"));
        if (pathColumn < 0 || labelColumn < 0)
        {
            throw new PictureFormatException(csvPath, "a first line with the columns 'path' and 'label'",
                lines.Length == 0 ? "an empty file" : $"'{lines[0]}'");
        }

        List<PictureEntry> pictures = [];
        for (int i = 1; i < lines.Length; i++)
        {
            if (string.IsNullOrWhiteSpace(lines[i]))
            {
                continue;
            }

            List<string> fields = Fields(lines[i]);
            if (fields.Count <= Math.Max(pathColumn, labelColumn) || string.IsNullOrWhiteSpace(fields[pathColumn])
                || string.IsNullOrWhiteSpace(fields[labelColumn]))
            {
                throw new PictureFormatException(csvPath, string.Create(CultureInfo.InvariantCulture, $"a path and a label in line {i + 1}"), $"'{lines[i]}'");
            }

            string picture = Path.Combine(folder, fields[pathColumn].Trim());
            pictures.Add(File.Exists(picture)
                ? new PictureEntry(picture, fields[labelColumn].Trim())
                : throw new PictureFormatException(csvPath, string.Create(CultureInfo.InvariantCulture, $"the picture of line {i + 1}"),
                    $"no file '{picture}'"));
        }

        return pictures.Count > 0 ? pictures : throw new PictureFormatException(csvPath, "at least one picture", "none");
    }

    private static bool IsVisible(string path) => Path.GetFileName(path.AsSpan())[0] != '.';

    private static bool IsPicture(string path) => Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>The fields of a line, quoted or not (RFC 4180 without line breaks in fields).</summary>
    private static List<string> Fields(string line)
    {
        List<string> fields = [];
        StringBuilder field = new();
        bool quoted = false;
        for (int i = 0; i < line.Length; i++)
        {
            char character = line[i];
            if (character == '"')
            {
                if (quoted && i + 1 < line.Length && line[i + 1] == '"')
                {
                    field.Append('"');
                    i++;
                }
                else
                {
                    quoted = !quoted;
                }
            }
            else if (character == ',' && !quoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
            {
                field.Append(character);
            }
        }

        fields.Add(field.ToString());
        return fields;
    }
}
