using Microsoft.Playwright;

namespace MnistCnn.Samples.Tests;

/// <summary>The drawing page in a browser of its own; a script error or a refused resource fails the test at the end.</summary>
internal sealed class Page : IAsyncDisposable
{
    /// <summary>Milliseconds that a busy machine may take for what takes a moment.</summary>
    public const float Patience = 120_000;

    private readonly List<string> complaints = [];
    private readonly IPlaywright playwright;
    private readonly IBrowser browser;

    private Page(IPlaywright playwright, IBrowser browser, IPage page)
    {
        (this.playwright, this.browser, Browser) = (playwright, browser, page);
        page.PageError += (_, error) => complaints.Add(error);
        page.Console += (_, message) => complaints.AddRange(message.Type == "error" ? [message.Text] : []);
    }

    public IPage Browser { get; }

    /// <summary>Whether the page is expected to fail.</summary>
    public bool MayComplain { get; set; }

    public static async Task<Page> OpenAsync(Uri address, string chromium, ColorScheme scheme = ColorScheme.Light, int width = 1100, int height = 760)
    {
        Assert.SkipUnless(File.Exists(chromium), $"Chromium is not installed at {chromium}.");
        IPlaywright playwright = await Playwright.CreateAsync();
        IBrowser browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = chromium,
            Timeout = Patience,
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync",
            ],
        });
        IPage page = await browser.NewPageAsync(new()
        {
            ColorScheme = scheme,
            ViewportSize = new() { Width = width, Height = height },
            DeviceScaleFactor = 2,
            IsMobile = width < 500,
            HasTouch = width < 500
        });
        page.SetDefaultTimeout(Patience);
        Page opened = new(playwright, browser, page);
        await page.GotoAsync(address.ToString());
        return opened;
    }

    /// <summary>Draws a stroke with the mouse; the points are shares of the paper's side.</summary>
    public async Task DrawAsync((double X, double Y)[] points)
    {
        LocatorBoundingBoxResult box = (await Browser.Locator("#paper").BoundingBoxAsync())!;
        (float X, float Y) On((double X, double Y) p) => (box.X + (float)(p.X * box.Width), box.Y + (float)(p.Y * box.Height));
        await Browser.Mouse.MoveAsync(On(points[0]).X, On(points[0]).Y);
        await Browser.Mouse.DownAsync();
        foreach ((double, double) point in points[1..])
        {
            await Browser.Mouse.MoveAsync(On(point).X, On(point).Y, new() { Steps = 4 });
        }

        await Browser.Mouse.UpAsync();
    }

    public Task ExpectDigitAsync(string digit) => Assertions.Expect(Browser.Locator("#digit")).ToHaveTextAsync(digit, new() { Timeout = Patience });

    /// <summary>Waits until nothing on the page moves or fades any more.</summary>
    public Task FinishAnimationsAsync() => Browser.EvaluateAsync("Promise.allSettled(document.getAnimations().map(a => a.finished)).then(() => 0)");

    /// <summary>Keeps a picture of the page in <c>artifacts/screenshots</c>.</summary>
    public Task ScreenshotAsync(string name) =>
        Browser.ScreenshotAsync(new() { Path = Path.Combine(Sample.RepositoryRoot, "artifacts", "screenshots", $"{name}.png") });

    public async ValueTask DisposeAsync()
    {
        await browser.DisposeAsync();
        playwright.Dispose();
        if (!MayComplain)
        {
            Assert.Empty(complaints);
        }
    }
}
