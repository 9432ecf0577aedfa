using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace MnistCnn.Tests.Docs;

/// <summary>Every C# block of the pages is code of this folder, word for word, which the other tests here run.</summary>
public sealed class DocumentationTests
{
    private const string Begin = "// snippet: ";
    private const string End = "// end";

    internal static readonly string Root = Path.GetFullPath(Path.Combine(ThisFolder(), "..", "..", ".."));

    public static TheoryData<string> Pages => [.. Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md")
            .Concat(Directory.EnumerateDirectories(Path.Combine(Root, "src")).Select(folder => Path.Combine(folder, "README.md")).Where(File.Exists))
            .Append(Path.Combine(Root, "README.md"))
            .Select(file => Path.GetRelativePath(Root, file))];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_block_is_code_that_is_compiled_and_run(string page)
    {
        string[] snippets = [.. Snippets()];
        foreach (string block in Blocks(Path.Combine(Root, page)))
        {
            Assert.True(snippets.Contains(block), $"{page}: this block is no snippet of tests/MnistCnn.Tests/Docs:\n{block}");
        }
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_link_to_a_file_leads_somewhere(string page)
    {
        string file = Path.Combine(Root, page);
        foreach (Match link in Regex.Matches(File.ReadAllText(file), @"\]\(([^)#\s]+)[^)]*\)"))
        {
            string target = link.Groups[1].Value;
            Assert.True(target.Contains("://", StringComparison.Ordinal) || Path.Exists(Path.Combine(Path.GetDirectoryName(file)!, target)),
                $"{page}: '{target}' leads nowhere.");
        }
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

    private static IEnumerable<string> Blocks(string page)
    {
        List<string>? current = null;
        foreach (string line in File.Exists(page) ? File.ReadLines(page) : [])
        {
            if (current is null)
            {
                current = line.StartsWith("```csharp", StringComparison.Ordinal) || line.StartsWith("```cs", StringComparison.Ordinal) ? [] : null;
            }
            else if (line.StartsWith("```", StringComparison.Ordinal))
            {
                yield return Unindented(current);
                current = null;
            }
            else
            {
                current.Add(line);
            }
        }
    }

    private static string Unindented(List<string> lines)
    {
        int indent = lines.Where(l => l.Trim().Length > 0).Min(l => l.Length - l.TrimStart().Length);
        return string.Join('\n', lines.Select(l => l.Length > indent ? l[indent..].TrimEnd() : "")).Trim();
    }
}
