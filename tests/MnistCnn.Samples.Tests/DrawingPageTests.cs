using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace MnistCnn.Samples.Tests;

/// <summary>The page of <c>serve</c> in Chromium, drawn on with the mouse.</summary>
public sealed class DrawingPageTests(Server server) : IClassFixture<Server>
{
    internal const string Chromium = "/usr/bin/chromium";

    [Theory]
    [InlineData(ColorScheme.Light, 1100, 760)]
    [InlineData(ColorScheme.Dark, 360, 740)]
    public async Task A_4_a_0_and_a_7_drawn_side_by_side_are_read_as_407(ColorScheme scheme, int width, int height)
    {
        await using Page page = await Page.OpenAsync(server.Address, Chromium, scheme, width, height);
        await page.Browser.GetByRole(AriaRole.Radio, new() { Name = "A number" }).CheckAsync();
        await AssertAccessibleAsync(page);
        foreach ((double X, double Y)[] stroke in Strokes.FourZeroSeven)
        {
            await page.DrawAsync(stroke);
        }

        await page.ExpectDigitAsync("407");
        await Assertions.Expect(page.Browser.Locator("#bars .name")).ToHaveTextAsync(["4", "0", "7"]);
        await page.Browser.WaitForTimeoutAsync(300);
        await AssertAccessibleAsync(page);
        Assert.Equal(width, await page.Browser.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        await page.ScreenshotAsync($"number-{scheme}-{width}".ToLowerInvariant());

        await page.Browser.GetByRole(AriaRole.Radio, new() { Name = "One digit" }).CheckAsync();
        await page.ExpectDigitAsync("–");
        await page.DrawAsync(Strokes.Seven);
        await page.ExpectDigitAsync("7");
        await Assertions.Expect(page.Browser.Locator("#bars .name")).ToHaveCountAsync(10);
    }

    [Fact]
    public async Task A_drawn_1_0_and_7_are_recognised()
    {
        await using Page page = await Page.OpenAsync(server.Address, Chromium);
        foreach (((double X, double Y)[] stroke, string digit) in new[] { (Strokes.One, "1"), (Strokes.Zero, "0"), (Strokes.Seven, "7") })
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
        await using Page page = await Page.OpenAsync(server.Address, Chromium);
        await page.DrawAsync(Strokes.One);
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
        await using Page page = await Page.OpenAsync(server.Address, Chromium);
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
        await using Page page = await Page.OpenAsync(server.Address, Chromium, scheme, width, height);
        await AssertAccessibleAsync(page);
        await page.DrawAsync(Strokes.Seven);
        await page.ExpectDigitAsync("7");
        await page.FinishAnimationsAsync();
        await AssertAccessibleAsync(page);
        Assert.Equal(width, await page.Browser.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        await page.ScreenshotAsync($"serve-{scheme}-{width}".ToLowerInvariant());
    }

    private static async Task AssertAccessibleAsync(Page page)
    {
        AxeResult result = await page.Browser.RunAxe();
        Assert.True(result.Violations.Length == 0,
            string.Join('\n', result.Violations.Select(v => $"{v.Id}: {v.Help} {string.Join(' ', v.Nodes.Select(n => n.Html))}")));
    }
}
