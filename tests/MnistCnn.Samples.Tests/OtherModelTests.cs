using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;

namespace MnistCnn.Samples.Tests;

/// <summary><c>serve</c> with a model of articles of clothing in 20×24 pixels, which is replaced while it serves.</summary>
public sealed class OtherModelTests(OtherModelTests.ClothingServer server) : IClassFixture<OtherModelTests.ClothingServer>
{
    private const int Height = 20, Width = 24, Images = 40;

    [Fact]
    public async Task Pixels_of_its_size_and_pictures_of_any_size_get_a_class_by_name()
    {
        string[] classes = await ClassesAsync();
        Assert.Equal("Ankle boot", classes[9]);
        foreach (byte[] body in (byte[][])[new byte[Height * Width], Convert.FromBase64String(OnePicture.Base64)])
        {
            using HttpResponseMessage response = await server.Client.PostAsync("/predict", new ByteArrayContent(body), TestContext.Current.CancellationToken);
            JsonElement answer = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
            Assert.Equal(classes[answer.GetProperty("digit").GetInt32()], answer.GetProperty("class").GetString());
        }

        using HttpResponseMessage refused =
            await server.Client.PostAsync("/predict", new ByteArrayContent(new byte[784]), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("480 bytes (20×24)", (await refused.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken))
            .GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_names_the_classes_and_offers_no_numbers()
    {
        await using Page page = await Page.OpenAsync(server.Address, DrawingPageTests.Chromium);
        await Assertions.Expect(page.Browser.Locator("h1")).ToHaveTextAsync("Draw a picture");
        await Assertions.Expect(page.Browser.Locator("#bars .name")).ToHaveTextAsync(await ClassesAsync());
        await Assertions.Expect(page.Browser.Locator("#modes")).ToBeHiddenAsync();
        await page.DrawAsync([(0.3, 0.3), (0.7, 0.7)]);
        await Assertions.Expect(page.Browser.Locator("#digit")).Not.ToHaveTextAsync("–");
        await page.ExpectDigitAsync(await page.Browser.Locator("#bars .first .name").TextContentAsync() ?? "");
        Assert.Equal(Width, await page.Browser.EvaluateAsync<int>("document.getElementById('seen').width"));
    }

    [Fact]
    public async Task A_model_that_is_replaced_is_read_again()
    {
        float[] before = await ProbabilitiesAsync();
        ClothingServer.Replace();
        Assert.EndsWith("has changed and was read again", await server.ReadLineAsync(), StringComparison.Ordinal);
        Assert.NotEqual(before, await ProbabilitiesAsync());
    }

    private async Task<float[]> ProbabilitiesAsync()
    {
        using HttpResponseMessage response =
            await server.Client.PostAsync("/predict", new ByteArrayContent(new byte[Height * Width]), TestContext.Current.CancellationToken);
        JsonElement answer = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        return [.. answer.GetProperty("probabilities").EnumerateArray().Select(share => share.GetSingle())];
    }

    private async Task<string[]> ClassesAsync() =>
        [.. (await server.Client.GetFromJsonAsync<JsonElement>("/model", TestContext.Current.CancellationToken)).GetProperty("classes").EnumerateArray()
            .Select(name => name.GetString()!)];

    /// <summary>Trains two models on noise of Fashion-MNIST's classes, and serves the first one.</summary>
    public sealed class ClothingServer : RunningServer
    {
        private static readonly string Folder = Directory.CreateTempSubdirectory("mnistcnn-clothing-").FullName;

        public ClothingServer()
            : base(Folder, Trained(seed: 1), "--reload")
        {
        }

        public static void Replace() => File.Copy(Trained(seed: 2), Path.Combine(Folder, "run1", "model.safetensors"), overwrite: true);

        public override void Dispose()
        {
            base.Dispose();
            Directory.Delete(Folder, recursive: true);
        }

        private static string Trained(int seed)
        {
            string data = Path.Combine(Folder, "noise.npz"), run = Path.Combine(Folder, $"run{seed}");
            NoiseArchive.Write(data, Images, Height, Width);
            Sample.Run(Folder, "train", "--data", data, "--variant", "fashion", "--epochs", "1", "--seed", $"{seed}", "--out", run).MustEndWith(0);
            return Path.Combine(run, "model.safetensors");
        }
    }
}
