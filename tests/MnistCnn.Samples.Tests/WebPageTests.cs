using System.Buffers.Binary;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace MnistCnn.Samples.Tests;

/// <summary>The page that <c>export --format web</c> writes, in Chromium.</summary>
public sealed class WebPageTests(TrainedModel trained) : IDisposable
{
    private const long LargestPage = 10_000_000;

    /// <summary>Asks the network of the page for the drawing that is on it, and gives the picture as <c>serve</c> would get it.</summary>
    private const string AskForTheDrawing = """
        async method => {
          const [network, drawing] = await Promise.all([import('./network.js'), import('./drawing.js')]);
          const canvas = drawing.picture();
          const png = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer());
          return JSON.stringify({ answer: network[method](canvas).answer, png: btoa(String.fromCharCode(...png)) });
        }
        """;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task It_recognises_digits_and_numbers_when_its_server_is_gone()
    {
        Export(trained.Model);
        FileInfo[] written = new DirectoryInfo(folder["page"]).GetFiles("*", SearchOption.AllDirectories);
        Assert.InRange(written.Sum(file => file.Length), 1, LargestPage);
        Assert.DoesNotContain(written, file => file.Name.Contains("Torch", StringComparison.Ordinal) || file.Name.Contains("Skia", StringComparison.Ordinal));
        using StaticFiles files = new(folder["page"]);
        await using Page page = await OpenAsync(files);
        List<string> requests = [];
        page.Browser.Request += (_, request) => requests.Add(request.Url);
        files.Dispose();

        foreach (((double X, double Y)[] stroke, string digit) in new[] { (Strokes.One, "1"), (Strokes.Zero, "0"), (Strokes.Seven, "7") })
        {
            await page.DrawAsync(stroke);
            await page.ExpectDigitAsync(digit);
            await Assertions.Expect(page.Browser.Locator("#latency")).ToHaveTextAsync(new Regex(@"^Network \d+\.\d ms · Preparation \d+\.\d ms$"));
            if (digit == "7")
            {
                await page.FinishAnimationsAsync();
                await page.ScreenshotAsync("web");
            }

            await page.Browser.GetByRole(AriaRole.Button, new() { Name = "Clear" }).ClickAsync();
            await page.ExpectDigitAsync("–");
        }

        await page.Browser.GetByRole(AriaRole.Radio, new() { Name = "A number" }).CheckAsync();
        foreach ((double X, double Y)[] stroke in Strokes.FourZeroSeven)
        {
            await page.DrawAsync(stroke);
        }

        await page.ExpectDigitAsync("407");
        await Assertions.Expect(page.Browser.Locator("#latency")).ToContainTextAsync("ms");
        await page.ScreenshotAsync("web-number");
        Assert.Empty(requests);
    }

    [Fact]
    public async Task It_computes_what_serve_computes_with_the_models_temperature_and_threshold()
    {
        // No drawing is as familiar as that, and probabilities are flatter than the network's own.
        string model = WithMetadata(trained.Model, ("mnistcnn.familiarity_threshold", "1e30"), ("mnistcnn.temperature", "3"));
        Export(model);
        using ServerOf server = new(folder.Root, model);
        using StaticFiles files = new(folder["page"]);
        await using Page page = await OpenAsync(files);
        await page.DrawAsync(Strokes.Seven);
        await page.ExpectDigitAsync("?");
        await Assertions.Expect(page.Browser.Locator("#certainty")).ToHaveTextAsync("Not a digit");
        (JsonElement here, JsonElement there) = await AskBothAsync(page, server, "predict", "predict?pixels=true");
        Assert.Equal(there.GetProperty("pixels").GetString(), here.GetProperty("pixels").GetString());
        Assert.False(there.GetProperty("familiar").GetBoolean());
        Assert.InRange(there.GetProperty("probability").GetSingle(), 0.1f, 0.99f);
        AssertAlike(there, here, 1e-5);

        await page.Browser.GetByRole(AriaRole.Radio, new() { Name = "A number" }).CheckAsync();
        foreach ((double X, double Y)[] stroke in Strokes.FourZeroSeven)
        {
            await page.DrawAsync(stroke);
        }

        await Assertions.Expect(page.Browser.Locator("#bars .name")).ToHaveCountAsync(3);
        (here, there) = await AskBothAsync(page, server, "read", "read");
        AssertAlike(there, here, 1e-5);
    }

    [Fact]
    public async Task It_says_so_where_the_model_is_missing()
    {
        Export(trained.Model);
        File.Delete(Path.Combine(folder["page"], "model.safetensors"));
        using StaticFiles files = new(folder["page"]);
        await using Page page = await Page.OpenAsync(files.Address, DrawingPageTests.Chromium);
        page.MayComplain = true;
        await Assertions.Expect(page.Browser.Locator("#latency")).ToHaveTextAsync("The network cannot be loaded: model.safetensors: 404 Not Found");
    }

    private void Export(string model)
    {
        SampleResult result = Sample.Run(folder.Root, "export", "--model", model, "--format", "web", "--to", "page").MustEndWith(0);
        Assert.Matches("^page: [67],[0-9]{3},[0-9]{3} bytes", result.Output);
    }

    /// <summary>Opens the page, and waits until it has loaded its network.</summary>
    private static async Task<Page> OpenAsync(StaticFiles files)
    {
        Page page = await Page.OpenAsync(files.Address, DrawingPageTests.Chromium);
        await Assertions.Expect(page.Browser.Locator("#bars .name")).ToHaveCountAsync(10, new() { Timeout = Page.Patience });
        return page;
    }

    private static async Task<(JsonElement Here, JsonElement There)> AskBothAsync(Page page, RunningServer server, string method, string path)
    {
        JsonElement asked = JsonDocument.Parse(await page.Browser.EvaluateAsync<string>(AskForTheDrawing, method)).RootElement;
        ByteArrayContent png = new(asked.GetProperty("png").GetBytesFromBase64());
        using HttpResponseMessage response = await server.Client.PostAsync(path, png, TestContext.Current.CancellationToken);
        return (asked.GetProperty("answer"), await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken));
    }

    /// <summary>Asserts that two values have the same members and texts, and numbers that differ by no more than a tolerance, relative above 1.</summary>
    private static void AssertAlike(JsonElement expected, JsonElement found, double tolerance)
    {
        Assert.Equal(expected.ValueKind, found.ValueKind);
        switch (expected.ValueKind)
        {
            case JsonValueKind.Object:
                Assert.Equal(expected.EnumerateObject().Select(member => member.Name), found.EnumerateObject().Select(member => member.Name));
                Assert.All(expected.EnumerateObject(), member => AssertAlike(member.Value, found.GetProperty(member.Name), tolerance));
                break;
            case JsonValueKind.Array:
                Assert.Equal(expected.GetArrayLength(), found.GetArrayLength());
                Assert.All(expected.EnumerateArray().Zip(found.EnumerateArray()), pair => AssertAlike(pair.First, pair.Second, tolerance));
                break;
            case JsonValueKind.Number:
                Assert.Equal(expected.GetDouble(), found.GetDouble(), tolerance * Math.Max(1, Math.Abs(expected.GetDouble())));
                break;
            default:
                Assert.Equal(expected.ToString(), found.ToString());
                break;
        }
    }

    /// <summary>A copy of a safetensors file with further metadata.</summary>
    private string WithMetadata(string model, params (string Key, string Value)[] more)
    {
        byte[] file = File.ReadAllBytes(model);
        int length = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(file));
        JsonNode header = JsonNode.Parse(file.AsSpan(8, length))!;
        foreach ((string key, string value) in more)
        {
            header["__metadata__"]![key] = value;
        }

        string text = header.ToJsonString();
        byte[] changed = Encoding.UTF8.GetBytes(text.PadRight((text.Length + 7) / 8 * 8));
        byte[] start = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(start, (ulong)changed.Length);
        File.WriteAllBytes(folder["changed.safetensors"], [.. start, .. changed, .. file.AsSpan(8 + length)]);
        return folder["changed.safetensors"];
    }

    private sealed class ServerOf(string folder, string model) : RunningServer(folder, model);
}
