using System.Text.RegularExpressions;

namespace MnistCnn.Tests;

/// <summary>A page of the documentation.</summary>
internal sealed class MarkdownPage
{
    private static readonly Regex Fenced = new("^```([a-z]*)\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline);

    private readonly string text;

    /// <param name="file">Its path.</param>
    public MarkdownPage(string file) => (File, text) = (file, System.IO.File.ReadAllText(file).ReplaceLineEndings("\n"));

    public string File { get; }

    /// <summary>What stands outside of blocks of code.</summary>
    public string Prose => Fenced.Replace(text, "");

    /// <summary>Links and pictures: path and anchor, of which one may be empty.</summary>
    public IEnumerable<(string Path, string Anchor)> Links =>
        Regex.Matches(Prose, @"\]\(([^)#\s]*)#?([^)\s]*)\)").Select(link => (link.Groups[1].Value, link.Groups[2].Value));

    /// <summary>The anchors of its headings, as GitHub makes them.</summary>
    public IEnumerable<string> Anchors => Regex.Matches(Prose, "^#+ (.+)$", RegexOptions.Multiline)
        .Select(heading => Regex.Replace(heading.Groups[1].Value.ToLowerInvariant(), @"[^\w\- ]", "").Replace(' ', '-'));

    /// <summary>Every page of the repository: of its root, of docs, of .github, and of the packages.</summary>
    public static IEnumerable<string> Files(string root) =>
    [
        .. Directory.EnumerateFiles(root, "*.md"),
        .. Directory.EnumerateFiles(Path.Combine(root, "docs"), "*.md", SearchOption.AllDirectories),
        .. Directory.EnumerateFiles(Path.Combine(root, ".github"), "*.md", SearchOption.AllDirectories),
        .. Directory.EnumerateDirectories(Path.Combine(root, "src")).Select(folder => Path.Combine(folder, "README.md")).Where(System.IO.File.Exists),
    ];

    /// <summary>The blocks of code of a language, without the line end of the last line.</summary>
    public IEnumerable<string> Blocks(string language) =>
        Fenced.Matches(text).Where(block => block.Groups[1].Value == language).Select(block => block.Groups[2].Value.TrimEnd('\n'));
}
