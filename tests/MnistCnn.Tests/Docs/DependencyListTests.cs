using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace MnistCnn.Tests.Docs;

public sealed class DependencyListTests
{
    private static readonly string Home = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    /// <summary>Each package that the repository refers to is listed, and no other.</summary>
    [Fact]
    public void The_page_lists_the_packages_of_the_repository_with_the_licences_that_they_state()
    {
        Dictionary<string, string> versions = XDocument.Load(Path.Combine(DocumentationTests.Root, "Directory.Packages.props")).Descendants("PackageVersion")
            .ToDictionary(package => package.Attribute("Include")!.Value, package => package.Attribute("Version")!.Value);
        Dictionary<string, string> listed = Regex.Matches(File.ReadAllText(Path.Combine(DocumentationTests.Root, "docs", "dependencies.md")),
            @"^\| `([^`]+)` \| ([^|,]+)[^|]*\|", RegexOptions.Multiline).ToDictionary(row => row.Groups[1].Value, row => row.Groups[2].Value.Trim());
        Assert.Equal(versions.Keys.Order(StringComparer.Ordinal), listed.Keys.Order(StringComparer.Ordinal));

        int stated = 0;
        foreach ((string name, string version) in versions)
        {
            // Those of other systems than this one are not in its cache, and some bring their licence as a file.
            string file = Path.Combine(Home, name.ToLowerInvariant(), version, $"{name.ToLowerInvariant()}.nuspec");
            if (File.Exists(file) && Regex.Match(File.ReadAllText(file), @"<license type=""expression"">([^<]+)<") is { Success: true } licence)
            {
                Assert.Equal((name, licence.Groups[1].Value), (name, listed[name]));
                stated++;
            }
        }

        Assert.InRange(stated, versions.Count / 2, versions.Count);
    }
}
