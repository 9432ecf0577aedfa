using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Playwright;

namespace MnistCnn.Samples.Tests;

public sealed class CorrectionTests(TrainedModel trained) : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_correction_is_kept_once_under_the_digit_that_was_given_last()
    {
        using ServerWith server = new(trained, "--corrections", folder.Root);
        byte[] picture = GreyPng.Encode([.. Enumerable.Range(0, 100).Select(i => (byte)i)], 10);
        foreach (int digit in new[] { 3, 7 })
        {
            using HttpResponseMessage response = await Send(server, $"/correct?digit={digit}", picture);
            JsonElement answer = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
            Assert.Equal((digit, 1), (answer.GetProperty("digit").GetInt32(), answer.GetProperty("kept").GetInt32()));
        }

        string kept = Assert.Single(Directory.GetFiles(folder.Root, "*", SearchOption.AllDirectories));
        Assert.Equal("7", Path.GetFileName(Path.GetDirectoryName(kept)));
        Assert.Equal(picture, await File.ReadAllBytesAsync(kept, TestContext.Current.CancellationToken));
        using HttpResponseMessage noDigit = await Send(server, "/correct?digit=10", picture), noPicture = await Send(server, "/correct?digit=1", [1, 2, 3]);
        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (noDigit.StatusCode, noPicture.StatusCode));
    }

    [Fact]
    public async Task Nothing_is_kept_without_a_folder()
    {
        using ServerWith server = new(trained);
        using HttpResponseMessage response = await Send(server, "/correct?digit=1", GreyPng.Encode(new byte[4], 2));
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task Nothing_is_kept_where_a_class_is_no_name_of_a_folder()
    {
        // Latin-1 keeps every byte of the file; the new name is as long as the old one.
        string file = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(trained.Model, TestContext.Current.CancellationToken));
        string model = folder["model.safetensors"], named = file.Replace("\\\"9\\\"", "\\\".\\\"", StringComparison.Ordinal);
        Assert.NotEqual(file, named);
        await File.WriteAllBytesAsync(model, Encoding.Latin1.GetBytes(named), TestContext.Current.CancellationToken);
        using ServerOf server = new(folder.Root, model, "--corrections", folder["kept"]);
        using HttpResponseMessage response = await Send(server, "/correct?digit=9", GreyPng.Encode(new byte[4], 2));
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.False(Directory.Exists(folder["kept"]));
    }

    [Fact]
    public async Task One_click_on_the_page_keeps_the_drawing()
    {
        using ServerWith server = new(trained, "--corrections", folder.Root);
        await using Page page = await Page.OpenAsync(server.Address, "/usr/bin/chromium");
        await page.DrawAsync([(0.52, 0.2), (0.5, 0.5), (0.48, 0.8)]);
        await page.ExpectDigitAsync("1");
        await page.Browser.Locator("#correction").GetByRole(AriaRole.Button, new() { Name = "4", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Browser.Locator("#correction")).ToContainTextAsync("Kept as 4: 1 so far.");
        Assert.Single(Directory.GetFiles(Path.Combine(folder.Root, "4")));
    }

    [Fact]
    public void Forty_corrections_teach_mirrored_sevens_and_MNIST_is_not_forgotten()
    {
        Assert.SkipUnless(Sample.HasMnist, "The MNIST files are not in ../shared/mnist.");
        byte[][] sevens = [.. MirroredSevens().Take(240)];
        Write(sevens[..40], "corrections", "7");
        Write(sevens[40..], "others");
        Assert.InRange(Read(trained.Model), 0, 0.8);
        JsonElement result = Sample.Run(folder.Root, "train", "--fine-tune", trained.Model, "--data", "corrections", "--replay", Sample.MnistFolder, "--out",
            "mine", "--json")
            .MustEndWith(0).LastLineAsJson;
        Assert.InRange(Read(Path.Combine(folder.Root, "mine", "model.safetensors")), 0.95, 1);
        Assert.Equal(40, result.GetProperty("pictures").GetInt32());
        Assert.InRange(result.GetProperty("dataset_after").GetDouble(), result.GetProperty("dataset_before").GetDouble() - 0.002, 1);
    }

    /// <summary>The share of the other pictures that a model reads as sevens.</summary>
    private double Read(string model) => Sample.Run(folder.Root, "predict", "--model", model, "others", "--json")
        .MustEndWith(0).LastLineAsJson.GetProperty("predictions")
        .EnumerateArray().Average(prediction => prediction.GetProperty("digit").GetInt32() == 7 ? 1.0 : 0);

    private void Write(byte[][] images, params string[] path)
    {
        DirectoryInfo target = Directory.CreateDirectory(Path.Combine([folder.Root, .. path]));
        for (int i = 0; i < images.Length; i++)
        {
            File.WriteAllBytes(Path.Combine(target.FullName, $"{i:D3}.png"), GreyPng.Encode(images[i], 28));
        }
    }

    private static IEnumerable<byte[]> MirroredSevens()
    {
        byte[] images = Unpacked("t10k-images-idx3-ubyte.gz")[16..], labels = Unpacked("t10k-labels-idx1-ubyte.gz")[8..];
        return Enumerable.Range(0, labels.Length).Where(i => labels[i] == 7)
            .Select(i => images.AsSpan(i * 784, 784).ToArray().Chunk(28).SelectMany(row => row.Reverse()).ToArray());
    }

    private static byte[] Unpacked(string name)
    {
        using GZipStream gzip = new(File.OpenRead(Path.Combine(Sample.MnistFolder, name)), CompressionMode.Decompress);
        using MemoryStream content = new();
        gzip.CopyTo(content);
        return content.ToArray();
    }

    private static async Task<HttpResponseMessage> Send(RunningServer server, string path, byte[] body)
    {
        using ByteArrayContent content = new(body);
        return await server.Client.PostAsync(path, content, TestContext.Current.CancellationToken);
    }

    private sealed class ServerOf(string folder, string model, params string[] more) : RunningServer(folder, model, more);
}
