using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace MnistCnn.Samples.Tests;

public sealed class PredictApiTests(Server server) : IClassFixture<Server>
{
    [Fact]
    public async Task Raw_pixels_get_a_digit_and_ten_probabilities_that_sum_to_1()
    {
        using HttpResponseMessage response = await server.Client.PostAsync("/predict", Content(UprightStroke()), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        JsonElement answer = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.Equal(["digit", "class", "probability", "probabilities", "familiar", "familiarity"], answer.EnumerateObject().Select(p => p.Name));
        Assert.Equal(1, answer.GetProperty("digit").GetInt32());
        Assert.Equal("1", answer.GetProperty("class").GetString());
        float[] probabilities = [.. answer.GetProperty("probabilities").EnumerateArray().Select(p => p.GetSingle())];
        Assert.Equal(10, probabilities.Length);
        Assert.Equal(1, probabilities.Sum(), 1e-5);
        Assert.Equal(probabilities[1], answer.GetProperty("probability").GetSingle());
    }

    [Theory]
    [InlineData("", "784")]
    [InlineData("AAAA", "784")]
    [InlineData("iVBORw0KGgo=", "header")]
    [InlineData("iVBORw0KGgoAAAANSUhEUgAAdTAAAHUwCAAAAAA=", "4096")]
    [InlineData("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA=", "expected")]
    public async Task A_body_that_is_no_picture_gets_400_and_a_reason(string base64, string reason)
    {
        using HttpResponseMessage response = await server.Client.PostAsync("/predict", Content(Convert.FromBase64String(base64)),
            TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(reason, await ErrorAsync(response), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_picture_of_digits_is_read_with_the_place_of_each()
    {
        using HttpResponseMessage response =
            await server.Client.PostAsync("/read", Content(Convert.FromBase64String(OnePicture.Base64)), TestContext.Current.CancellationToken);
        JsonElement answer = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.Equal("1", answer.GetProperty("number").GetString());
        JsonElement digit = Assert.Single(answer.GetProperty("digits").EnumerateArray());
        Assert.Equal(answer.GetProperty("probability").GetSingle(), digit.GetProperty("probability").GetSingle());
        Assert.InRange(digit.GetProperty("height").GetInt32(), 20, 40);
    }

    [Theory]
    [InlineData("AAAA", "found 3 bytes that are not a PNG")]
    [InlineData("iVBORw0KGgoAAAANSUhEUgAAdTAAAHUwCAAAAAA=", "4096")]
    public async Task What_is_no_picture_is_not_read(string base64, string reason)
    {
        using HttpResponseMessage response =
            await server.Client.PostAsync("/read", Content(Convert.FromBase64String(base64)), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(reason, await ErrorAsync(response), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_model_says_its_size_and_classes()
    {
        JsonElement model = await server.Client.GetFromJsonAsync<JsonElement>("/model", TestContext.Current.CancellationToken);
        Assert.Equal((28, 28), (model.GetProperty("height").GetInt32(), model.GetProperty("width").GetInt32()));
        Assert.Equal(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"], model.GetProperty("classes").EnumerateArray().Select(name => name.GetString()));
        Assert.True(model.GetProperty("isDigits").GetBoolean() && model.GetProperty("readsText").GetBoolean());
    }

    [Fact]
    public async Task A_body_above_the_limit_gets_413()
    {
        using HttpResponseMessage response = await server.Client.PostAsync("/predict", Content(new byte[(1 << 20) + 1]), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Contains("1048576", await ErrorAsync(response), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://example.com")]
    [InlineData("null")]
    [InlineData("http://127.0.0.1")]
    [InlineData("https://localhost:1")]
    public async Task Other_origins_are_refused(string origin)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/predict") { Content = Content(UprightStroke()) };
        request.Headers.Add("Origin", origin);
        using HttpResponseMessage response = await server.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Contains("Origin", await ErrorAsync(response), StringComparison.Ordinal);
        Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("rebound.example", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("127.0.0.1.example", true)]
    [InlineData("localhost", true)]
    public async Task Only_names_of_this_machine_are_hosts(string name, bool withPort)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "/health");
        request.Headers.Host = withPort ? $"{name}:{server.Address.Port}" : name;
        using HttpResponseMessage response = await server.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(name == "localhost" ? HttpStatusCode.OK : HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Fact]
    public async Task The_own_page_may_ask_and_the_server_says_that_it_is_well()
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/predict?pixels=true") { Content = Content(UprightStroke()) };
        request.Headers.Add("Origin", server.Address.GetLeftPart(UriPartial.Authority));
        using HttpResponseMessage response = await server.Client.SendAsync(request, TestContext.Current.CancellationToken);
        JsonElement answer = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.Equal(UprightStroke(), answer.GetProperty("pixels").GetBytesFromBase64());
        Assert.Equal("ok", (await server.Client.GetFromJsonAsync<JsonElement>("/health", TestContext.Current.CancellationToken)).GetProperty("status")
            .GetString());
    }

    [Fact]
    public async Task Every_answer_carries_the_headers_that_keep_others_out()
    {
        using HttpResponseMessage response = await server.Client.GetAsync("/", TestContext.Current.CancellationToken);
        Assert.StartsWith("default-src 'none'; script-src 'self'", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.False(response.Headers.Contains("Server"));
        using HttpResponseMessage nowhere = await server.Client.GetAsync("/nowhere", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, nowhere.StatusCode);
    }

    private static byte[] UprightStroke()
    {
        byte[] pixels = new byte[784];
        for (int y = 5; y < 23; y++)
        {
            pixels[y * 28 + 13] = pixels[y * 28 + 14] = 255;
        }

        return pixels;
    }

    private static ByteArrayContent Content(byte[] body) => new(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };

    private static async Task<string> ErrorAsync(HttpResponseMessage response) =>
        (await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("error").GetString()!;
}
