using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace MnistCnn.Package.Tests;

public sealed class PackageContentTests(PackedLibrary library)
{
    private static readonly string[] OnlyInTemplates =
    [
        "content/mnistcnn/.template.config/template.json",
        "content/mnistcnn/MnistCnnApplication.csproj",
        "content/mnistcnn/Program.cs",
    ];

    public static TheoryData<string> Libraries => new("MnistCnn", "MnistCnn.Imaging", "MnistCnn.Mpi");

    public static TheoryData<string> All => new("MnistCnn", "MnistCnn.Imaging", "MnistCnn.Mpi", "MnistCnn.Templates");

    [Fact]
    public void A_release_holds_these_files_and_its_listing_names_each_with_its_hash()
    {
        string[] files = [.. Directory.EnumerateFiles(library.Feed).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];
        Assert.Equal(
            [
                $"MnistCnn.{library.Version}.nupkg",
                $"MnistCnn.{library.Version}.snupkg",
                $"MnistCnn.Imaging.{library.Version}.nupkg",
                $"MnistCnn.Imaging.{library.Version}.snupkg",
                $"MnistCnn.Mpi.{library.Version}.nupkg",
                $"MnistCnn.Mpi.{library.Version}.snupkg",
                $"MnistCnn.Templates.{library.Version}.nupkg",
            ],
            files);
        Assert.All(files, file =>
        {
            byte[] bytes = File.ReadAllBytes(Path.Combine(library.Feed, file));
            string hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes));
            Assert.Contains(FormattableString.Invariant($"{file}  {bytes.Length:N0} bytes  SHA-256 {hash}"), library.Listing, StringComparison.Ordinal);
        });
        Assert.Contains("Both builds gave the same bytes.", library.Listing, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Each_package_says_what_a_reader_of_its_page_expects(string name)
    {
        using ZipArchive package = ZipFile.OpenRead(library.PackageFile(name));
        XElement metadata = Nuspec(package);
        Assert.Equal(name, Value(metadata, "id"));
        Assert.Equal(library.Version, Value(metadata, "version"));
        Assert.Equal("MIT", Value(metadata, "license"));
        Assert.Equal("icon.png", Value(metadata, "icon"));
        Assert.Equal("README.md", Value(metadata, "readme"));
        Assert.Equal("https://github.com/mnistcnn/mnistcnn", Value(metadata, "projectUrl"));
        Assert.Contains("mnist", Value(metadata, "tags"), StringComparison.Ordinal);
        Assert.Contains("MnistCnn contributors", Value(metadata, "authors"), StringComparison.Ordinal);
        Assert.StartsWith("### Added", Value(metadata, "releaseNotes"), StringComparison.Ordinal);
        Assert.DoesNotContain("\n## ", Value(metadata, "releaseNotes"), StringComparison.Ordinal);
        XElement repository = metadata.Elements().Single(e => e.Name.LocalName == "repository");
        Assert.Equal(("git", "https://github.com/mnistcnn/mnistcnn"), (repository.Attribute("type")?.Value, repository.Attribute("url")?.Value));
        Assert.Matches("^[0-9a-f]{40}$", repository.Attribute("commit")?.Value);
        IEnumerable<string?> types = metadata.Descendants().Where(e => e.Name.LocalName == "packageType").Select(e => e.Attribute("name")?.Value);
        Assert.Equal(name == "MnistCnn.Templates" ? ["Template"] : [], types);
    }

    [Theory]
    [InlineData("MnistCnn", "buildTransitive/MnistCnn.targets", "buildTransitive/RelaxVersionRequirement.cs")]
    [InlineData("MnistCnn.Imaging")]
    [InlineData("MnistCnn.Mpi")]
    [InlineData("MnistCnn.Templates")]
    public void Each_package_holds_what_is_listed_here_and_nothing_else(string name, params string[] more)
    {
        using ZipArchive package = ZipFile.OpenRead(library.PackageFile(name));
        string[] own = name == "MnistCnn.Templates" ? OnlyInTemplates : [$"lib/net8.0/{name}.dll", $"lib/net8.0/{name}.xml"];
        Assert.Equal(EntriesOf(name, ["README.md", "icon.png", .. own, .. more]), Entries(package));
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void The_symbols_of_each_library_name_their_sources_and_no_folder_of_this_machine(string name)
    {
        using ZipArchive symbols = ZipFile.OpenRead(library.PackageFile(name, "snupkg"));
        Assert.Equal(EntriesOf(name, [$"lib/net8.0/{name}.pdb"]), Entries(symbols));
        string text = Encoding.Latin1.GetString(Read(symbols, $"lib/net8.0/{name}.pdb"));
        Assert.Contains("https://raw.githubusercontent.com/mnistcnn/mnistcnn/", text, StringComparison.Ordinal);
        Assert.DoesNotContain(Path.GetTempPath(), text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Each_library_says_that_it_can_be_trimmed(string name)
    {
        using ZipArchive package = ZipFile.OpenRead(library.PackageFile(name));
        Assert.Contains("IsTrimmable", Encoding.UTF8.GetString(Read(package, $"lib/net8.0/{name}.dll")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MnistCnn", "Microsoft.Extensions.Logging.Abstractions", "SharpZipLib", "TorchSharp")]
    [InlineData("MnistCnn.Imaging", "MnistCnn", "SkiaSharp")]
    [InlineData("MnistCnn.Mpi", "Microsoft.Extensions.Logging.Abstractions", "MnistCnn")]
    [InlineData("MnistCnn.Templates")]
    public void Each_package_asks_for_these_packages_and_no_others(string name, params string[] expected)
    {
        using ZipArchive package = ZipFile.OpenRead(library.PackageFile(name));
        IEnumerable<(string, string)> dependencies = Nuspec(package).Descendants().Where(e => e.Name.LocalName == "dependency")
            .Select(e => (e.Attribute("id")!.Value, e.Attribute("version")!.Value));
        Assert.Equal(expected.Select(id => (id, library.Versions[id])), dependencies.Order());
    }

    [Theory]
    [MemberData(nameof(All))]
    public void The_page_of_each_package_leads_only_to_full_addresses_and_names_the_switch_of_the_native_change(string name)
    {
        using ZipArchive package = ZipFile.OpenRead(library.PackageFile(name));
        string page = Encoding.UTF8.GetString(Read(package, "README.md"));
        Assert.StartsWith($"# {name}\n", page, StringComparison.Ordinal);
        Assert.All(Regex.Matches(page, @"\]\(([^)]*)\)"), link => Assert.StartsWith("https://", link.Groups[1].Value, StringComparison.Ordinal));
        Assert.Contains("<MnistCnnRelaxLibstdcxx>false</MnistCnnRelaxLibstdcxx>", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "", "")]
    [InlineData("/srv/git/digits.git", "", "")]
    [InlineData("git@example.org:somebody/digits.git", "", "")]
    [InlineData("https://github.com/somebody/digits.git", "https://github.com/somebody/digits.git", "https://github.com/somebody/digits")]
    [InlineData("git@github.com:somebody/digits.git", "https://github.com/somebody/digits.git", "https://github.com/somebody/digits")]
    public void Packages_name_the_remote_of_git_where_others_can_open_it_and_else_no_address(string? remote, string repository, string project)
    {
        SourceCopy copy = library.NewSourceCopy($"remote-{Guid.NewGuid():N}");
        CommandRunner.RunOrFail(copy.Folder, "git", "remote", "remove", "origin");
        if (remote is not null)
        {
            CommandRunner.RunOrFail(copy.Folder, "git", "remote", "add", "origin", remote);
        }

        string output = CommandRunner.RunOrFail(
            copy.Folder, "dotnet", "msbuild", copy.Project, "-t:DescribePackage", "-getProperty:RepositoryUrl", "-getProperty:PackageProjectUrl");
        Assert.Equal((repository, project), (Property(output, "RepositoryUrl"), Property(output, "PackageProjectUrl")));
    }

    private static string Property(string json, string name) =>
        System.Text.Json.JsonDocument.Parse(json).RootElement.GetProperty("Properties").GetProperty(name).GetString()!;

    /// <summary>The entries that every package has, and these.</summary>
    private static IEnumerable<string> EntriesOf(string name, string[] own)
    {
        string[] all = [$"{name}.nuspec", "[Content_Types].xml", "_rels/.rels", "package/services/metadata/core-properties/nuget.psmdcp", .. own];
        return all.Order(StringComparer.Ordinal);
    }

    private static IEnumerable<string> Entries(ZipArchive package) => package.Entries.Select(e => e.FullName).Order(StringComparer.Ordinal);

    private static byte[] Read(ZipArchive package, string entry)
    {
        using Stream file = package.GetEntry(entry)!.Open();
        using MemoryStream content = new();
        file.CopyTo(content);
        return content.ToArray();
    }

    private static XElement Nuspec(ZipArchive package)
    {
        using Stream file = package.Entries.Single(e => e.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        return XDocument.Load(file).Root!.Elements().Single(e => e.Name.LocalName == "metadata");
    }

    private static string Value(XElement metadata, string name) => metadata.Elements().Single(e => e.Name.LocalName == name).Value;
}
