using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace MnistCnn.Tests.Docs;

/// <summary>
/// Every C# block of the pages is code of this folder, word for word, which the other tests here run; namespaces at its top exist. Every link leads somewhere.
/// </summary>
public sealed partial class DocumentationTests
{
    private const string Begin = "// snippet: ";
    private const string End = "// end";

    internal static readonly string Root = Path.GetFullPath(Path.Combine(ThisFolder(), "..", "..", ".."));

    private static readonly string[] Namespaces =
        [.. new[] { typeof(Trainer), typeof(Imaging.DigitImage), typeof(Mpi.MpiCollective) }.SelectMany(type => type.Assembly.GetExportedTypes())
            .Select(type => type.Namespace!).Distinct()];

    public static TheoryData<string> Pages => [.. MarkdownPage.Files(Root).Select(file => Path.GetRelativePath(Root, file))];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_block_is_code_that_is_compiled_and_run(string page)
    {
        string[] snippets = [.. Snippets()];
        Assert.DoesNotContain("```cs\n", File.ReadAllText(Path.Combine(Root, page)), StringComparison.Ordinal);
        foreach (string block in new MarkdownPage(Path.Combine(Root, page)).Blocks("csharp"))
        {
            string[] usings = [.. block.Split('\n').TakeWhile(line => Using().IsMatch(line))];
            Assert.All(usings, line => Assert.Contains(Using().Match(line).Groups[1].Value, Namespaces));
            string code = Unindented([.. block.Split('\n').Skip(usings.Length)]);
            Assert.True(snippets.Contains(code), $"{page}: this block is no snippet of tests/MnistCnn.Tests/Docs:\n{code}");
        }
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_link_picture_and_anchor_leads_somewhere(string page)
    {
        string file = Path.Combine(Root, page);
        foreach ((string path, string anchor) in new MarkdownPage(file).Links.Where(link => !link.Path.Contains("://", StringComparison.Ordinal)))
        {
            string target = path.Length == 0 ? file : Path.Combine(Path.GetDirectoryName(file)!, path);
            Assert.True(Path.Exists(target), $"{page}: '{path}' leads nowhere.");
            Assert.True(anchor.Length == 0 || new MarkdownPage(target).Anchors.Contains(anchor), $"{page}: '{path}' has no heading '#{anchor}'.");
        }
    }

    [Fact]
    public void The_first_program_is_the_same_in_README_and_in_get_started()
    {
        string[] readme = [.. new MarkdownPage(Path.Combine(Root, "README.md")).Blocks("csharp")];
        Assert.Equal(readme, new MarkdownPage(Path.Combine(Root, "docs", "get-started.md")).Blocks("csharp").Take(readme.Length));
        Assert.StartsWith("using MnistCnn;\n", readme[0], StringComparison.Ordinal);
        Assert.InRange(File.ReadLines(Path.Combine(Root, "README.md")).Count(), 1, 150);
    }

    [Fact]
    public void Custom_callback_metric_dataset_and_model_take_fewer_than_25_lines()
    {
        string[] classes = [.. Snippets().Where(s => s.StartsWith("internal sealed class", StringComparison.Ordinal)
            || s.StartsWith("public sealed class", StringComparison.Ordinal))];
        Assert.True(classes.Length >= 4, $"Expected a callback, a metric, a data set and a model, found {classes.Length} classes.");
        Assert.All(classes, code => Assert.True(code.Split('\n').Length < 25, code));
    }

    /// <summary>The block of text that follows the program that trains on synthetic digits: what it prints.</summary>
    internal static string TextAfterFirstProgram(string page)
    {
        string text = File.ReadAllText(Path.Combine(Root, page));
        Match block = new Regex(@"^```text\n(.*?)\n```", RegexOptions.Multiline | RegexOptions.Singleline)
            .Match(text, text.IndexOf("SyntheticDigits train", StringComparison.Ordinal));
        Assert.True(block.Success, $"{page}: expected a block of text after the program, found none.");
        return block.Groups[1].Value;
    }

    [GeneratedRegex(@"^using ([\w.]+);$")]
    private static partial Regex Using();

    private static string ThisFolder([CallerFilePath] string thisFile = "") => Path.GetDirectoryName(thisFile)!;

    private static IEnumerable<string> Snippets()
    {
        string folder = ThisFolder();
        foreach (string file in Directory.EnumerateFiles(folder, "*.cs").Where(f => !f.EndsWith("DocumentationTests.cs", StringComparison.Ordinal)))
        {
            List<string>? current = null;
            foreach (string line in File.ReadLines(file))
            {
                string trimmed = line.Trim();
                if (trimmed.StartsWith(Begin, StringComparison.Ordinal))
                {
                    current = [];
                }
                else if (trimmed == End && current is not null)
                {
                    yield return Unindented(current);
                    current = null;
                }
                else
                {
                    current?.Add(line);
                }
            }
        }
    }

    private static string Unindented(List<string> lines)
    {
        int indent = lines.Where(l => l.Trim().Length > 0).Min(l => l.Length - l.TrimStart().Length);
        return string.Join('\n', lines.Select(l => l.Length > indent ? l[indent..].TrimEnd() : "")).Trim();
    }
}
