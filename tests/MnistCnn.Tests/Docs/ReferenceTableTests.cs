using System.Text.RegularExpressions;
using MnistCnn.Imaging;
using MnistCnn.Mpi;

namespace MnistCnn.Tests.Docs;

/// <summary>One table lists all hooks, another all exceptions, and a third all reasons to stop.</summary>
public sealed class ReferenceTableTests
{
    private static readonly string[] Pages = [.. MarkdownPage.Files(DocumentationTests.Root)];

    [Fact]
    public void One_table_lists_every_hook_in_the_order_of_the_interface()
    {
        IEnumerable<string> HooksOf(Type type) =>
            type.GetMethods().Select(method => method.Name).Where(name => name.StartsWith("On", StringComparison.Ordinal));
        string[] listed = Rows(@"On\w+", "custom-callback.md");
        Assert.Equal(HooksOf(typeof(ITrainerCallback)), listed);
        Assert.Equal(HooksOf(typeof(TrainerCallback)).Order(), listed.Order());
    }

    [Fact]
    public void One_table_lists_every_exception()
    {
        string[] ours = [.. new[] { typeof(Trainer), typeof(DigitImage), typeof(MpiCollective) }.SelectMany(type => type.Assembly.GetExportedTypes())
            .Where(type => type.IsAssignableTo(typeof(Exception))).Select(type => type.Name)];
        string[] listed = [.. Rows(@"(?!On)\w+Exception", "errors.md")];
        Assert.Equal(ours.Order(), listed.Where(name => typeof(object).Assembly.GetType($"System.{name}") is null).Order());
        Assert.Distinct(listed);
    }

    [Fact]
    public void One_table_lists_every_reason_to_stop() =>
        Assert.Equal(Enum.GetNames<StopReason>().Order(), Rows(string.Join('|', Enum.GetNames<StopReason>()), "how-a-run-ends.md").Order());

    /// <summary>First cells of the rows of all pages that are a name of the kind; they must be those of the one page.</summary>
    private static string[] Rows(string names, string page)
    {
        string[] Of(string file) =>
            [.. Regex.Matches(File.ReadAllText(file), $@"^\| `({names})`(?:, `\w+`)* \|", RegexOptions.Multiline).Select(row => row.Groups[1].Value)];
        string[] rows = Of(Path.Combine(DocumentationTests.Root, "docs", page));
        Assert.Equal(rows, Pages.SelectMany(Of));
        return rows;
    }
}
