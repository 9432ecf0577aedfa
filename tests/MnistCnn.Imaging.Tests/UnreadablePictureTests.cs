using System.Diagnostics;
using MnistCnn.Tests;
using static MnistCnn.Imaging.Tests.Drawing;

namespace MnistCnn.Imaging.Tests;

/// <summary>Pictures of a folder that cannot be read.</summary>
public sealed class UnreadablePictureTests
{
    private const string Unprivileged = "MNISTCNN_TEST_UNPRIVILEGED";

    [Fact]
    public void Unreadable_pictures_are_each_named_and_left_out_on_request()
    {
        using TemporaryFolder folder = new();
        PictureFolder.Write(folder, new SyntheticDigits(30));
        byte[] whole = Png(50, 50, (x, y) => (byte)(x * y));
        File.WriteAllBytes(folder["0/cut.png"], whole[..^40]);
        File.WriteAllText(folder["1/text.png"], "hello");
        File.WriteAllBytes(folder["2/empty.png"], []);
        string[] broken = [folder["0/cut.png"], folder["1/text.png"], folder["2/empty.png"]];

        UnreadablePicturesException exception = Assert.Throws<UnreadablePicturesException>(() => Load(folder.Root));
        Assert.Equal(broken, exception.Pictures.Select(picture => picture.Path));
        Assert.Contains("expected 33 readable pictures, found 3 that are not", exception.Message, StringComparison.Ordinal);
        Assert.All(broken, path => Assert.Contains($"'{path}': expected ", exception.Message, StringComparison.Ordinal));

        foreach (int _ in Enumerable.Range(0, 2))
        {
            ImageFolder data = Load(folder.Root, new ImageFolderOptions { SkipUnreadable = true });
            Assert.Equal((30, 30), (data.Count, data.Paths.Count));
            Assert.Equal(broken, data.Unreadable.Select(picture => picture.Path));
            Assert.DoesNotContain(broken[0], data.Paths);
        }
    }

    [Fact]
    public void Pictures_that_may_not_be_opened_are_named_with_the_reason()
    {
        using TemporaryFolder folder = new();
        PictureFolder.Write(folder, new SyntheticDigits(30));
        (string used, string forbidden) = (folder["0/used.png"], folder["1/forbidden.png"]);
        File.WriteAllBytes(used, Png(5, 5, (_, _) => 3));
        File.WriteAllBytes(forbidden, Png(5, 5, (_, _) => 3));
        using FileStream user = new(used, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(forbidden, UnixFileMode.None);
        }

        bool mayReadAll = CanRead(forbidden);
        Assert.False(mayReadAll && Environment.GetEnvironmentVariable(Unprivileged) is not null);
        ImageFolder data = Load(folder.Root, new ImageFolderOptions { SkipUnreadable = true, UseCache = false });
        Assert.Equal(mayReadAll ? [used] : [used, forbidden], data.Unreadable.Select(picture => picture.Path));
        Assert.All(data.Unreadable, picture => Assert.StartsWith($"'{picture.Path}': ", picture.Reason, StringComparison.Ordinal));
    }

    /// <summary>Root reads every file. The test above runs once more, as root without that right.</summary>
    [Fact]
    public void Pictures_that_may_not_be_opened_are_named_where_root_runs_the_tests_too()
    {
        string[] withoutRight = ["--bounding-set", "-dac_override,-dac_read_search"];
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess && Environment.GetEnvironmentVariable(Unprivileged) is null
            && ChildProcess.Succeeds("setpriv", [.. withoutRight, "true"]), "Needs root on Linux, and setpriv.");
        ProcessStartInfo start = new("setpriv", [.. withoutRight, Environment.ProcessPath!,
            .. Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
                ? [typeof(UnreadablePictureTests).Assembly.Location] : Array.Empty<string>(),
            "-method", $"*{nameof(Pictures_that_may_not_be_opened_are_named_with_the_reason)}", "-noColor"]);
        start.Environment[Unprivileged] = "1";
        (int exitCode, string output, string error) = ChildProcess.Run(start);
        Assert.True(exitCode == 0 && output.Contains("Total: 1, Errors: 0, Failed: 0, Skipped: 0", StringComparison.Ordinal), output + error);
    }

    private static bool CanRead(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static ImageFolder Load(string directory, ImageFolderOptions? options = null) =>
        ImageFolder.Load(directory, options, cancellationToken: TestContext.Current.CancellationToken);
}
