using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace MnistCnn.Samples.Tests;

/// <summary>Each command of a page is one that there is, and each of its options stands in that command's help.</summary>
public sealed partial class PageCommandTests
{
    private const string InClone = "dotnet run -c Release --project src/MnistCnn.Samples -- ";

    /// <summary>What is not ours: only files that it names are looked for.</summary>
    private static readonly string[] Others =
    [
        "cd ", "apt-get install ", "dotnet new ", "dotnet add package ", "dotnet build ", "dotnet test ", "dotnet pack ", "dotnet publish ", "dotnet run ",
        "./bin/Release", "bin/net8.0",
    ];

    private static readonly string[] Commands = ["train", "evaluate", "predict", "export", "serve", "download", "hosted", "summary"];

    private static readonly ConcurrentDictionary<string, string> Helps = new();

    public static TheoryData<string> Pages => [.. MarkdownPage.Files(Sample.RepositoryRoot).Select(file => Path.GetRelativePath(Sample.RepositoryRoot, file))];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_command_of_a_page_is_known_with_its_options(string page)
    {
        MarkdownPage text = new(Path.Combine(Sample.RepositoryRoot, page));
        IEnumerable<string> lines = text.Blocks("sh").SelectMany(block => block.Replace("\\\n", "", StringComparison.Ordinal).Split('\n'));
        Assert.All(lines.Select(line => Comment().Replace(line, "")).Where(line => line.Length > 0), Check);

        // In a sentence: `train --recipe fast`, `benchmarks/compare.sh --help`.
        IEnumerable<string> spoken = Regex.Matches(text.Prose, "`([^`]+)`").Select(span => span.Groups[1].Value.ReplaceLineEndings(" "));
        Assert.All(spoken.Where(span => Commands.Contains(span.Split(' ')[0]) && span.Contains("--", StringComparison.Ordinal)), span => Check(InClone + span));
        Assert.All(spoken.Where(span => Script().IsMatch(span)), Check);
    }

    [Fact]
    public void A_command_or_an_option_that_there_is_not_is_found()
    {
        Assert.ThrowsAny<Exception>(() => Check(InClone + "train --epoch 1"));
        Assert.ThrowsAny<Exception>(() => Check(InClone + "fly"));
        Assert.ThrowsAny<Exception>(() => Check("benchmarks/compare.sh --dta DIR"));
        Assert.ThrowsAny<Exception>(() => Check("benchmarks/none.sh"));
        Assert.ThrowsAny<Exception>(() => Check("dotnet build None.sln"));
        Assert.ThrowsAny<Exception>(() => Check("make"));
    }

    private static void Check(string line)
    {
        Match sample = OfSample().Match(line);
        if (sample.Success)
        {
            Assert.Contains(sample.Groups[1].Value, Commands);
            string help = Helps.GetOrAdd(sample.Groups[1].Value, command => Sample.Run(Sample.RepositoryRoot, command, "--help").MustEndWith(0).Output);
            Assert.All(Options(sample.Groups[2].Value), option => Assert.Matches($@"(^|[\s,]){option}($|[\s,])", help));
            return;
        }

        Match script = Script().Match(line);
        if (script.Success)
        {
            string file = Path.Combine(Sample.RepositoryRoot, script.Value);
            Assert.True(File.Exists(file), $"{line}: '{script.Value}' is not there.");
            string known = script.Value.StartsWith("benchmarks/", StringComparison.Ordinal) ? BenchmarkSources() : File.ReadAllText(file);
            Assert.All(Options(line[script.Length..]).Where(option => option != "--help"), option => Assert.Matches($@"{option}\b", known));
            return;
        }

        Assert.Contains(Others, other => line.StartsWith(other, StringComparison.Ordinal));
        Assert.All(Regex.Matches(line, @"\b(?:src|tests|benchmarks)/[\w./]+|\S+\.sln\b").Select(match => match.Value),
            path => Assert.True(Path.Exists(Path.Combine(Sample.RepositoryRoot, path)), $"{line}: '{path}' is not there."));
    }

    private static IEnumerable<string> Options(string arguments) => Regex.Matches(arguments, @"(?<=^|\s)--[a-z][\w-]*").Select(match => match.Value);

    /// <summary>The scripts hand most options to the program.</summary>
    private static string BenchmarkSources() => string.Concat(Directory.EnumerateFiles(Path.Combine(Sample.RepositoryRoot, "benchmarks"), "*.*",
        new EnumerationOptions { RecurseSubdirectories = true }).Where(file => !file.Contains("/bin/", StringComparison.Ordinal)
            && !file.Contains("/obj/", StringComparison.Ordinal) && Path.GetExtension(file) is ".sh" or ".cs" or ".py").Select(File.ReadAllText));

    [GeneratedRegex(@"(?:MnistCnn\.Samples(?: --|\.dll)) (\w+)(.*)")]
    private static partial Regex OfSample();

    [GeneratedRegex(@"^(?:benchmarks/|docs/|\.ci/|tests/\w+/)[\w/]*(?:\.sh|\.py|run|report)\b")]
    private static partial Regex Script();

    [GeneratedRegex(@"\s+#.*$")]
    private static partial Regex Comment();
}
