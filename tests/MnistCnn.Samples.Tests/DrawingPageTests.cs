using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace MnistCnn.Samples.Tests;

/// <summary>The page of <c>serve</c> in Chromium, drawn on with the mouse.</summary>
public sealed class DrawingPageTests(Server server) : IClassFixture<Server>
{
    internal const string Chromium = "/usr/bin/chromium";

    private static readonly (double X, double Y)[] One = [(0.52, 0.2), (0.5, 0.5), (0.48, 0.8)];

    private static readonly (double X, double Y)[] Zero =
        [.. Enumerable.Range(0, 33).Select(i => (0.5 + 0.2 * Math.Sin(i * Math.PI / 16), 0.5 - 0.3 * Math.Cos(i * Math.PI / 16)))];

    private static readonly (double X, double Y)[] Seven = [(0.28, 0.22), (0.5, 0.22), (0.7, 0.22), (0.6, 0.45), (0.5, 0.65), (0.42, 0.84)];

    private static readonly (double X, double Y)[][] Four = [[(0.36, 0.2), (0.3, 0.55), (0.72, 0.55)], [(0.6, 0.25), (0.6, 0.55), (0.58, 0.85)]];

    [Theory]
    [InlineData(ColorScheme.Light, 1100, 760)]
    [InlineData(ColorScheme.Dark, 360, 740)]
    public async Task A_4_a_0_and_a_7_drawn_side_by_side_are_read_as_407(ColorScheme scheme, int width, int height)
    {
        await using Page page = await Page.OpenAsync(server, Chromium, scheme, width, height);
        await page.Browser.GetByRole(AriaRole.Radio, new() { Name = "A number" }).CheckAsync();
        await AssertAccessibleAsync(page);
        foreach (((double X, double Y)[] stroke, double center) in new[] { (Four[0], 0.2), (Four[1], 0.2), (Zero, 0.5), (Seven, 0.8) })
        {
            // A digit on the wide paper: as high as on the square one.
            await page.DrawAsync([.. stroke.Select(point => (center + (point.X - 0.5) * 0.4, point.Y))]);
        }

        await page.ExpectDigitAsync("407");
        await Assertions.Expect(page.Browser.Locator("#bars .name")).ToHaveTextAsync(["4", "0", "7"]);
        await page.Browser.WaitForTimeoutAsync(300);
        await AssertAccessibleAsync(page);
        Assert.Equal(width, await page.Browser.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        await ScreenshotAsync(page, "number", scheme, width);

        await page.Browser.GetByRole(AriaRole.Radio, new() { Name = "One digit" }).CheckAsync();
        await page.ExpectDigitAsync("–");
        await page.DrawAsync(Seven);
        await page.ExpectDigitAsync("7");
        await Assertions.Expect(page.Browser.Locator("#bars .name")).ToHaveCountAsync(10);
    }

    [Fact]
    public async Task A_drawn_1_0_and_7_are_recognised()
    {
        await using Page page = await Page.OpenAsync(server, Chromium);
        foreach (((double X, double Y)[] stroke, string digit) in new[] { (One, "1"), (Zero, "0"), (Seven, "7") })
        {
            await page.DrawAsync(stroke);
            await page.ExpectDigitAsync(digit);
            await page.Browser.GetByRole(AriaRole.Button, new() { Name = "Clear" }).ClickAsync();
            await page.ExpectDigitAsync("–");
        }
    }

    [Fact]
    public async Task Undo_takes_the_last_stroke_back_and_Escape_clears()
    {
        await using Page page = await Page.OpenAsync(server, Chromium);
        await page.DrawAsync(One);
        await page.ExpectDigitAsync("1");
        await page.DrawAsync([(0.1, 0.5), (0.9, 0.5)]);
        await page.Browser.Keyboard.PressAsync("Control+z");
        await page.ExpectDigitAsync("1");
        await Assertions.Expect(page.Browser.Locator("#undo")).ToBeEnabledAsync(new() { Timeout = Page.Patience });
        await page.Browser.Keyboard.PressAsync("Escape");
        await page.ExpectDigitAsync("–");
        await Assertions.Expect(page.Browser.Locator("#undo")).ToBeDisabledAsync(new() { Timeout = Page.Patience });
    }

    [Fact]
    public async Task Arrow_keys_draw_a_1()
    {
        await using Page page = await Page.OpenAsync(server, Chromium);
        await page.Browser.Locator("#paper").FocusAsync();
        for (int i = 0; i < 20; i++)
        {
            await page.Browser.Keyboard.PressAsync("ArrowDown");
        }

        await page.ExpectDigitAsync("1");
    }

    [Theory]
    [InlineData(ColorScheme.Light, 1100, 760)]
    [InlineData(ColorScheme.Dark, 1100, 760)]
    [InlineData(ColorScheme.Light, 360, 740)]
    [InlineData(ColorScheme.Dark, 360, 740)]
    public async Task Axe_finds_nothing_to_complain_about(ColorScheme scheme, int width, int height)
    {
        await using Page page = await Page.OpenAsync(server, Chromium, scheme, width, height);
        await AssertAccessibleAsync(page);
        await page.DrawAsync(Seven);
        await page.ExpectDigitAsync("7");
        await page.FinishAnimationsAsync();
        await AssertAccessibleAsync(page);
        Assert.Equal(width, await page.Browser.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        await ScreenshotAsync(page, "serve", scheme, width);
    }

    private static async Task ScreenshotAsync(Page page, string name, ColorScheme scheme, int width)
    {
        string screenshots = Directory.CreateDirectory(Path.Combine(Sample.RepositoryRoot, "artifacts", "screenshots")).FullName;
        await page.Browser.ScreenshotAsync(new() { Path = Path.Combine(screenshots, $"{name}-{scheme}-{width}.png".ToLowerInvariant()) });
    }

    private static async Task AssertAccessibleAsync(Page page)
    {
        AxeResult result = await page.Browser.RunAxe();
        Assert.True(result.Violations.Length == 0,
            string.Join('\n', result.Violations.Select(v => $"{v.Id}: {v.Help} {string.Join(' ', v.Nodes.Select(n => n.Html))}")));
    }
}
