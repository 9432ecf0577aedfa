using System.Text;

namespace MnistCnn.Tests;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static void WriteText(string path, string text) => AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void A_new_file_is_created_and_an_old_one_replaced()
    {
        WriteText(folder["a"], "one, and longer");
        WriteText(folder["a"], "two");
        Assert.Equal("two", File.ReadAllText(folder["a"]));
        Assert.Equal(["a"], folder.Names);
    }

    [Fact]
    public async Task An_asynchronous_writer_does_the_same()
    {
        await AtomicFile.WriteAsync(folder["a"], (stream, token) => stream.WriteAsync(new byte[] { 65, 66 }, token).AsTask(),
            TestContext.Current.CancellationToken);
        Assert.Equal("AB", File.ReadAllText(folder["a"]));
        using CancellationTokenSource source = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => AtomicFile.WriteAsync(folder["a"], (stream, _) => source.CancelAsync(), source.Token));
        Assert.Equal("AB", File.ReadAllText(folder["a"]));
        Assert.Equal(["a"], folder.Names);
    }

    [Fact]
    public void A_writer_that_throws_leaves_the_old_file_and_no_temporary()
    {
        WriteText(folder["a"], "old");
        InvalidOperationException thrown = Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(folder["a"], stream =>
        {
            stream.Write(new byte[100_000]);
            throw new InvalidOperationException("mine");
        }));
        Assert.Equal("mine", thrown.Message);
        Assert.Equal("old", File.ReadAllText(folder["a"]));
        Assert.Equal(["a"], folder.Names);
    }

    [Fact]
    public void A_folder_in_place_of_the_file_is_an_IOException_that_says_so()
    {
        Directory.CreateDirectory(folder["sub"]);
        Assert.Contains("found a folder", Assert.Throws<IOException>(() => WriteText(folder["sub"], "x")).Message, StringComparison.Ordinal);
        Assert.Throws<IOException>(() => WriteText(folder["new/"], "x"));
        Assert.Throws<DirectoryNotFoundException>(() => WriteText(folder["missing/file"], "x"));
    }

    [Fact]
    public void Old_abandoned_temporaries_of_the_same_target_are_swept_and_nothing_else()
    {
        string Abandon(string name, double minutes)
        {
            File.WriteAllText(folder[name], "");
            File.SetLastWriteTimeUtc(folder[name], DateTime.UtcNow.AddMinutes(-minutes));
            return name;
        }

        Abandon(".a.0123456789ABCDEF.tmp", 2);
        string recent = Abandon(".a.0123456789ABCDE0.tmp", 0);
        string other = Abandon(".b.0123456789ABCDEF.tmp", 2);
        string longer = Abandon(".a.b.0123456789ABCDEF.tmp", 2);
        string held = Abandon(".a.0123456789ABCDE1.tmp", 2);
        using FileStream holder = new(folder[held], FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        WriteText(folder["a"], "x");
        Assert.Equal(new[] { recent, held, other, longer, "a" }.Order(StringComparer.Ordinal), folder.Names);
    }

    [Fact]
    public void An_existing_file_keeps_its_permissions_and_a_link_is_followed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix permissions and links");
        WriteText(folder["a"], "old");
#pragma warning disable CA1416
        File.SetUnixFileMode(folder["a"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.CreateSymbolicLink(folder["link"], "a");
        WriteText(folder["link"], "new");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder["a"]));
#pragma warning restore CA1416
        Assert.Equal("new", File.ReadAllText(folder["a"]));
        Assert.NotNull(File.ResolveLinkTarget(folder["link"], false));
    }

    [Fact]
    public async Task Concurrent_writers_and_readers_see_only_whole_files()
    {
        WriteText(folder["a"], new string('0', 5000));
        Task[] writers = [.. Enumerable.Range(1, 4).Select(w => Task.Run(() =>
        {
            for (int i = 0; i < 20; i++)
            {
                WriteText(folder["a"], new string((char)('0' + w), 5000));
            }
        }))];
        while (!writers.All(w => w.IsCompleted))
        {
            string text = File.ReadAllText(folder["a"]);
            Assert.Equal(5000, text.Length);
            Assert.Single(text.Distinct());
        }
        await Task.WhenAll(writers);
        Assert.Equal(["a"], folder.Names);
    }
}
