#!/usr/bin/env dotnet
#:property PublishAot=false

// Packs the last commit twice, in clean clones at two places, compares the packages byte by byte, and lists what a release would publish.
// It publishes nothing: the packages are left in artifacts/release.
//
//   dotnet run .ci/release.cs              ends with 1 where the packages differ or the sources are not ready for a release
//   dotnet run .ci/release.cs -- --draft   does not ask whether they are ready
using System.Diagnostics;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using System.Xml.Linq;

bool isDraft = args.Contains("--draft");
string root = RepositoryRoot();
string version = Run(root, "dotnet", "msbuild", "src/MnistCnn", "-getProperty:Version");
string[] obstacles = isDraft ? [] : [.. Obstacles()];
string output = Path.Combine(root, "artifacts", "release");
string temporary = Directory.CreateTempSubdirectory("mnistcnn-release-").FullName;
try
{
    if (Directory.Exists(output))
    {
        Directory.Delete(output, recursive: true);
    }

    Pack(Path.Combine(temporary, "one"), output, runAnalyzers: !isDraft);
    string second = Path.Combine(temporary, "packages");
    Pack(Path.Combine(temporary, "at", "another", "place"), second, runAnalyzers: false);
    string[] different = [.. Differences(output, second)];
    foreach (string package in Packages(output))
    {
        Describe(package);
    }

    string[] problems = [.. different, .. obstacles];
    Console.WriteLine();
    Console.WriteLine(different.Length == 0 ? "Both builds gave the same bytes." : "The two builds differ.");
    Console.WriteLine(problems.Length == 0 ? $"These would be published as {version}. Nothing was." : $"Not ready:\n  {string.Join("\n  ", problems)}");
    return problems.Length == 0 ? 0 : 1;
}
catch (InvalidOperationException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
finally
{
    Directory.Delete(temporary, recursive: true);
}

// What has to be done before a release.
IEnumerable<string> Obstacles()
{
    if (Run(root, "git", "status", "--porcelain").Length > 0)
    {
        yield return "The working tree has changes that are not committed.";
    }

    if (!Regex.IsMatch(File.ReadAllText(Path.Combine(root, "CHANGELOG.md")), $@"^## \[{Regex.Escape(version)}\] - \d{{4}}-\d\d-\d\d$", RegexOptions.Multiline))
    {
        yield return $"CHANGELOG.md has no section '## [{version}] - date'.";
    }

    foreach (string file in Directory.EnumerateFiles(Path.Combine(root, "src"), "PublicAPI.Unshipped.txt", SearchOption.AllDirectories)
        .Where(file => File.ReadLines(file).Any(line => line.Trim() is not ("" or "#nullable enable"))))
    {
        yield return $"{Path.GetRelativePath(root, file)} has lines that belong into PublicAPI.Shipped.txt.";
    }

    if (Run(root, "git", "tag", "--list", $"v{version}").Length > 0)
    {
        yield return $"The tag v{version} exists already.";
    }
}

// Clones the last commit and packs each project that can be packed. The clone has the address of this repository's remote, if there is one, since packages
// name it.
void Pack(string clone, string packages, bool runAnalyzers)
{
    Run(root, "git", "clone", "--quiet", root, clone);
    if (Run(root, "git", "remote").Split('\n').Contains("origin"))
    {
        Run(clone, "git", "remote", "set-url", "origin", Run(root, "git", "remote", "get-url", "origin"));
    }
    else
    {
        Run(clone, "git", "remote", "remove", "origin");
    }

    // Without it, the time of packing stands in the archive, and names in it are drawn by chance.
    Environment.SetEnvironmentVariable("SOURCE_DATE_EPOCH", Run(root, "git", "log", "-1", "--format=%ct"));
    foreach (string project in Directory.EnumerateDirectories(Path.Combine(clone, "src"))
        .Select(folder => Path.Combine(folder, $"{Path.GetFileName(folder)}.csproj")).Order(StringComparer.Ordinal)
        .Where(project => !File.ReadAllText(project).Contains("<IsPackable>false", StringComparison.Ordinal)))
    {
        string[] settings = ["-p:ContinuousIntegrationBuild=true", $"-p:RunAnalyzers={runAnalyzers}"];
        Run(clone, "dotnet", ["pack", project, "-c", "Release", "-o", packages, "-v:q", "-nologo", .. settings]);
    }
}

static IEnumerable<string> Differences(string first, string second)
{
    string[] names = [.. Packages(first).Select(file => Path.GetFileName(file))];
    if (!names.SequenceEqual(Packages(second).Select(file => Path.GetFileName(file))))
    {
        yield return "The two builds gave packages of different names.";
        yield break;
    }

    foreach (string name in names.Where(name => !Bytes(first, name).SequenceEqual(Bytes(second, name))))
    {
        yield return $"{name} differs between the two builds.";
    }
}

static byte[] Bytes(string folder, string name) => File.ReadAllBytes(Path.Combine(folder, name));

static IEnumerable<string> Packages(string folder) => Directory.EnumerateFiles(folder, "*nupkg").Order(StringComparer.Ordinal);

static void Describe(string file)
{
    Console.WriteLine();
    string hash = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));
    Console.WriteLine($"{Path.GetFileName(file)}  {new FileInfo(file).Length:N0} bytes  SHA-256 {hash}");
    using ZipArchive package = ZipFile.OpenRead(file);
    foreach (ZipArchiveEntry entry in package.Entries)
    {
        Console.WriteLine($"  {entry.Length,12:N0}  {entry.FullName}");
    }

    using Stream nuspec = package.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
    foreach (XElement dependency in XDocument.Load(nuspec).Descendants().Where(element => element.Name.LocalName == "dependency"))
    {
        Console.WriteLine($"  needs {dependency.Attribute("id")?.Value} {dependency.Attribute("version")?.Value}");
    }
}

static string Run(string folder, string program, params string[] arguments)
{
    using Process process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true })!;
    string output = process.StandardOutput.ReadToEnd().Trim();
    process.WaitForExit();
    return process.ExitCode == 0
        ? output
        : throw new InvalidOperationException($"'{program} {string.Join(' ', arguments)}' in '{folder}' ended with {process.ExitCode}.\n{output}");
}

static string RepositoryRoot([CallerFilePath] string thisFile = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, ".."));
