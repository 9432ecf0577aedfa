using System.Runtime.CompilerServices;

namespace MnistCnn.Package.Tests;

/// <summary>The sources of the packages as a repository of their own in another folder, so that packing starts from nothing and disturbs nothing.</summary>
internal sealed class SourceCopy
{
    private static readonly Dictionary<string, string> Identity = new()
    {
        ["GIT_AUTHOR_NAME"] = "test",
        ["GIT_AUTHOR_EMAIL"] = "test@localhost",
        ["GIT_AUTHOR_DATE"] = "2026-01-01T00:00:00Z",
        ["GIT_COMMITTER_NAME"] = "test",
        ["GIT_COMMITTER_EMAIL"] = "test@localhost",
        ["GIT_COMMITTER_DATE"] = "2026-01-01T00:00:00Z",
    };

    public SourceCopy(string folder)
    {
        Folder = folder;
        Directory.CreateDirectory(Path.Combine(folder, "artifacts", "packages"));
        string repository = RepositoryRoot();
        foreach (string file in Directory.EnumerateFiles(repository).Where(f => !Path.GetFileName(f).Equals(".git", StringComparison.Ordinal)))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        CopyFolder(Path.Combine(repository, ".ci"), Path.Combine(folder, ".ci"));
        CopyFolder(Path.Combine(repository, "src"), Path.Combine(folder, "src"));
        File.WriteAllText(Path.Combine(folder, "artifacts", "packages", ".gitkeep"), "");
        CommandRunner.RunOrFail(folder, "git", "init", "--quiet", "--initial-branch=main");
        CommandRunner.RunOrFail(folder, "git", "remote", "add", "origin", "https://github.com/mnistcnn/mnistcnn");
        CommandRunner.RunOrFail(folder, "git", "add", "--all");
        CommandRunner.RunOrFail(folder, Identity, "git", "commit", "--quiet", "--message", "sources");
    }

    public string Folder { get; }

    public string Project => Path.Combine(Folder, "src", "MnistCnn", "MnistCnn.csproj");

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.EnumerateFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }

        foreach (string folder in Directory.EnumerateDirectories(from).Where(f => Path.GetFileName(f) is not ("bin" or "obj")))
        {
            CopyFolder(folder, Path.Combine(to, Path.GetFileName(folder)));
        }
    }

    public static string RepositoryRoot([CallerFilePath] string thisFile = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", ".."));
}
