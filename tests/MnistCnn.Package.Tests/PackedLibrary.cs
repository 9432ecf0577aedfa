using System.Xml.Linq;

[assembly: AssemblyFixture(typeof(MnistCnn.Package.Tests.PackedLibrary))]

namespace MnistCnn.Package.Tests;

/// <summary>The packages as <c>.ci/release.cs</c> makes them from a copy of the sources, and room for applications that use them.</summary>
public sealed class PackedLibrary : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("mnistcnn-package-").FullName;

    public PackedLibrary()
    {
        Sources = new SourceCopy(Path.Combine(root, "sources"));
        Version = XDocument.Load(Path.Combine(Sources.Folder, "Directory.Build.props")).Descendants("Version").Single().Value;
        Versions = XDocument.Load(Path.Combine(Sources.Folder, "Directory.Packages.props")).Descendants("PackageVersion")
            .ToDictionary(p => p.Attribute("Include")!.Value, p => p.Attribute("Version")!.Value);
        foreach (string name in (string[])["MnistCnn", "MnistCnn.Imaging", "MnistCnn.Mpi"])
        {
            Versions.Add(name, Version);
        }

        Listing = CommandRunner.RunOrFail(Sources.Folder, "dotnet", "run", Path.Combine(".ci", "release.cs"), "--", "--draft");
        Feed = Path.Combine(Sources.Folder, "artifacts", "release");
        Strangers = Directory.CreateDirectory(Path.Combine(root, "strangers")).FullName;
        LinkKnownPackages(Path.Combine(Strangers, "known"));
        File.WriteAllText(Path.Combine(Strangers, "nuget.config"), $"""
            <configuration>
              <config>
                <add key="globalPackagesFolder" value="packages" />
              </config>
              <packageSources>
                <add key="feed" value="{Feed}" />
              </packageSources>
              <fallbackPackageFolders>
                <add key="known" value="known" />
              </fallbackPackageFolders>
            </configuration>
            """);
    }

    /// <summary>The version of the packages.</summary>
    public string Version { get; }

    /// <summary>The versions of packages of others that the repository uses, and of its own.</summary>
    public Dictionary<string, string> Versions { get; }

    /// <summary>What the release script printed.</summary>
    public string Listing { get; }

    /// <summary>The folder with the packages.</summary>
    public string Feed { get; }

    /// <summary>A folder for applications. NuGet finds the packages there, and keeps what it unpacks out of the user's cache.</summary>
    public string Strangers { get; }

    internal SourceCopy Sources { get; }

    public string PackageFile(string name, string extension = "nupkg") => Path.Combine(Feed, $"{name}.{Version}.{extension}");

    internal SourceCopy NewSourceCopy(string name) => new(Path.Combine(root, name));

    /// <summary>Creates a console application of one embedded source that references packages, and returns its folder.</summary>
    public string CreateApplication(string name, string source, params string[] packages)
    {
        string folder = Directory.CreateDirectory(Path.Combine(Strangers, name)).FullName;
        using Stream program = typeof(PackedLibrary).Assembly.GetManifestResourceStream(source)!;
        using FileStream file = File.Create(Path.Combine(folder, "Program.cs"));
        program.CopyTo(file);
        IEnumerable<string> references = packages.Select(name => $"<PackageReference Include=\"{name}\" Version=\"{Versions[name]}\" />");
        File.WriteAllText(Path.Combine(folder, $"{name}.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
              </PropertyGroup>
              <ItemGroup>
                {string.Join("\n    ", references)}
              </ItemGroup>
            </Project>
            """);
        return folder;
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    /// <summary>
    /// Links to what the user's cache holds, so that nothing large is downloaded again. Packages of this library are left out: they may be there in the same
    /// version.
    /// </summary>
    private static void LinkKnownPackages(string folder)
    {
        Directory.CreateDirectory(folder);
        string cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        foreach (string package in Directory.EnumerateDirectories(cache).Where(p => !Path.GetFileName(p).StartsWith("mnistcnn", StringComparison.Ordinal)))
        {
            Directory.CreateSymbolicLink(Path.Combine(folder, Path.GetFileName(package)), package);
        }
    }
}
