using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace MnistCnn.Tests.Docs;

/// <summary>What docs/dependencies.md lists, against the project files, what restoring resolved, and the licences that packages state.</summary>
public sealed class DependencyListTests
{
    private static readonly string Home = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private static readonly Dictionary<string, string> Central = XDocument.Load(InRepository("Directory.Packages.props")).Descendants("PackageVersion")
        .ToDictionary(package => package.Attribute("Include")!.Value, package => package.Attribute("Version")!.Value);

    private static readonly string Page = File.ReadAllText(InRepository("docs", "dependencies.md"));

    [Theory]
    [InlineData("MnistCnn")]
    [InlineData("MnistCnn.Imaging")]
    [InlineData("MnistCnn.Mpi")]
    public void Every_dependency_of_a_package_is_listed_in_the_version_that_it_asks_for(string package)
    {
        Dictionary<string, string> listed = Rows("MnistCnn").ToDictionary(row => row.Name, row => row.Version);
        foreach (Row row in package == "MnistCnn" ? [] : Rows(package))
        {
            listed[row.Name] = row.Version;
        }

        Assert.Equal(listed.OrderBy(row => row.Key, StringComparer.Ordinal), Closure(package).OrderBy(row => row.Key, StringComparer.Ordinal));
    }

    [Fact]
    public void Every_package_that_the_repository_refers_to_is_listed_in_its_version_and_no_other()
    {
        string[] packages = ["MnistCnn", "MnistCnn.Imaging", "MnistCnn.Mpi"];
        IEnumerable<(string, string)> known = packages.SelectMany(Closure).Concat(Central).Select(p => (p.Key, p.Value));
        Assert.Equal(known.Distinct().Order(), Rows().Select(row => (row.Name, row.Version)).Order());
    }

    [Fact]
    public void The_listed_licences_are_those_that_the_packages_state()
    {
        Row[] rows = [.. Rows()];
        int stated = 0;
        foreach (Row row in rows)
        {
            // Those of other systems than this one are not in its cache, and some bring their licence as a file.
            string file = Path.Combine(Home, row.Name.ToLowerInvariant(), row.Version, $"{row.Name.ToLowerInvariant()}.nuspec");
            if (File.Exists(file) && Regex.Match(File.ReadAllText(file), @"<license type=""expression"">([^<]+)<") is { Success: true } licence)
            {
                Assert.Equal((row.Name, licence.Groups[1].Value), (row.Name, row.Licence));
                stated++;
            }
        }

        Assert.InRange(stated, rows.Length / 2, rows.Length);
    }

    /// <summary>The rows of the whole page, or those below one of its headings.</summary>
    private static IEnumerable<Row> Rows(string? heading = null)
    {
        string text = heading is null ? Page : Page.Split("\n## ").Single(section => section.StartsWith(heading + "\n", StringComparison.Ordinal));
        return Regex.Matches(text, @"^\| `([^`]+)` \| ([^|]+) \| ([^|,]+)[^|]*\|", RegexOptions.Multiline)
            .Select(row => new Row(row.Groups[1].Value, row.Groups[2].Value, row.Groups[3].Value.Trim()));
    }

    /// <summary>
    /// The packages that an application gets with a package, each in the highest version that one of them asks for. What restoring took instead where a
    /// registry serves only newer ones does not matter.
    /// </summary>
    private static Dictionary<string, string> Closure(string package)
    {
        Dictionary<string, string> asked = [];
        Queue<(string Name, string Version)> open = new(Direct(package));
        Dictionary<string, JsonElement> restored = Restored(package);
        while (open.TryDequeue(out (string Name, string Version) next))
        {
            if (asked.TryGetValue(next.Name, out string? known) && Version.Parse(known) >= Version.Parse(next.Version))
            {
                continue;
            }

            asked[next.Name] = next.Version;
            if (restored[next.Name].TryGetProperty("dependencies", out JsonElement dependencies))
            {
                foreach (JsonProperty dependency in dependencies.EnumerateObject())
                {
                    open.Enqueue((dependency.Name, dependency.Value.GetString()!));
                }
            }
        }

        return asked;
    }

    /// <summary>The packages that a project of src and the projects that it references name in their files, but for those that stay with the build.</summary>
    private static IEnumerable<(string Name, string Version)> Direct(string package)
    {
        XDocument project = XDocument.Load(InRepository("src", package, $"{package}.csproj"));
        IEnumerable<string> references = project.Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value));
        return project.Descendants("PackageReference").Where(r => r.Attribute("PrivateAssets") is null).Select(r => r.Attribute("Include")!.Value)
            .Select(name => (name, Central[name])).Concat(references.SelectMany(Direct));
    }

    /// <summary>What restoring resolved for a project of src, by name.</summary>
    private static Dictionary<string, JsonElement> Restored(string package)
    {
        using JsonDocument assets = JsonDocument.Parse(File.ReadAllText(InRepository("src", package, "obj", "project.assets.json")));
        return assets.RootElement.GetProperty("targets").GetProperty("net8.0").EnumerateObject()
            .ToDictionary(library => library.Name.Split('/')[0], library => library.Value.Clone(), StringComparer.OrdinalIgnoreCase);
    }

    private static string InRepository(params string[] path) => Path.Combine([DocumentationTests.Root, .. path]);

    private sealed record Row(string Name, string Version, string Licence);
}
