namespace MnistCnn.Package.Tests;

/// <summary>The package, packed once from each of two copies of the sources, and room for applications that use it.</summary>
public sealed class PackedLibrary : IDisposable
{
    private const string Natives = "<PackageReference Include=\"SkiaSharp.NativeAssets.Linux.NoDependencies\" Version=\"3.119.4\" />";
    private const string Libtorch = "<PackageReference Include=\"libtorch-cpu-linux-x64\" Version=\"2.10.0\" />";

    private readonly string root = Directory.CreateTempSubdirectory("mnistcnn-package-").FullName;

    public PackedLibrary()
    {
        // A version of its own: a repacked equal version would not replace one that some cache holds.
        Version = $"0.1.0-test{DateTime.UtcNow:yyyyMMddHHmmss}";
        foreach (string name in (string[])["first", "second"])
        {
            SourceCopy copy = new(Path.Combine(root, name));
            copy.Pack(copy.Project, Feed(name), Version);
            if (name == "first")
            {
                copy.Pack(copy.ImagingProject, Feed(name), Version);
                copy.Pack(copy.MpiProject, Feed(name), Version);
            }
        }
    }

    public string Version { get; }

    public string PackageFile(string copy, string extension, string name = "MnistCnn") => Path.Combine(Feed(copy), $"{name}.{Version}.{extension}");

    internal SourceCopy NewSourceCopy(string name) => new(Path.Combine(root, name));

    /// <summary>
    /// Creates a console application that references the package, and with <paramref name="withImaging"/> the one for pictures, as a stranger would, and
    /// returns its folder.
    /// </summary>
    public string CreateApplication(string name, bool withLibtorch, string source, bool withImaging = false)
    {
        string folder = Directory.CreateDirectory(Path.Combine(root, name)).FullName;
        string globalPackages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        using Stream program = typeof(PackedLibrary).Assembly.GetManifestResourceStream(source)!;
        using FileStream file = File.Create(Path.Combine(folder, "Program.cs"));
        program.CopyTo(file);
        File.WriteAllText(Path.Combine(folder, $"{name}.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <RestoreAdditionalProjectSources>{Feed("first")}</RestoreAdditionalProjectSources>
                <RestorePackagesPath>{Path.Combine(root, "packages")}</RestorePackagesPath>
                <RestoreFallbackFolders Condition="Exists('{globalPackages}')">{globalPackages}</RestoreFallbackFolders>
                <CreateHardLinksForCopyLocalIfPossible>true</CreateHardLinksForCopyLocalIfPossible>
                <CreateHardLinksForPublishFilesIfPossible>true</CreateHardLinksForPublishFilesIfPossible>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="MnistCnn" Version="{Version}" />
                {(withLibtorch ? Libtorch : "")}
                {(withImaging ? $"<PackageReference Include=\"MnistCnn.Imaging\" Version=\"{Version}\" />{Natives}" : "")}
              </ItemGroup>
            </Project>
            """);
        return folder;
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    private string Feed(string copy) => Path.Combine(root, $"{copy}-feed");
}
