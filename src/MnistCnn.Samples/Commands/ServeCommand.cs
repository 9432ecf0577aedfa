using System.CommandLine;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using MnistCnn.Hosting;
using MnistCnn.Samples.CommandLine;
using MnistCnn.Samples.Serving;
using static MnistCnn.Samples.CommandLine.OptionFactory;

namespace MnistCnn.Samples.Commands;

/// <summary><c>serve</c>: a page to draw digits on, <c>POST /predict</c> and <c>POST /read</c>, until Ctrl+C.</summary>
internal static class ServeCommand
{
    private static readonly Option<string> Model = Required("--model", "A model.safetensors.", "FILE");
    private static readonly Option<string?> Urls = Text("--urls", "Addresses of this machine, separated by ';'. http://127.0.0.1:5080 by default.", "URL");

    private static readonly Option<bool> Reload = Flag("--reload", "Read the model again when its file changes.");
    private static readonly Option<string?> Corrections = Text("--corrections",
        "Folder in which drawings are kept that were read wrongly, under the digits that they are.", "DIR");

    static ServeCommand() => Urls.Validators.Add(result =>
    {
        foreach (string url in Addresses(result.GetValueOrDefault<string?>()))
        {
            if (DigitServer.TryParse(url) is null)
            {
                result.AddError($"--urls: expected an address of this machine such as http://127.0.0.1:5080, found '{url}'.");
            }
        }
    });

    public static Command Create() => new ExampleCommand(
            "serve",
            "Draw digits in the browser and see them recognised. Ends with Ctrl+C and exit code 0.",
            "serve --model runs/mnist/model.safetensors",
            "serve --model m.safetensors --urls http://127.0.0.1:8080 --reload",
            "curl --data-binary @digit.png http://127.0.0.1:5080/predict")
        .With(Model, Urls, Reload, Corrections)
        .Running(RunAsync);

    private static async Task<int> RunAsync(ParseResult parsed, Interruption interruption)
    {
        CnnPredictorServiceOptions model = new() { Path = parsed.GetValue(Model)!, ReloadOnChange = parsed.GetValue(Reload) };
        await using WebApplication server = DigitServer.Create(model, Addresses(parsed.GetValue(Urls)), parsed.GetValue(Corrections));
        _ = server.Services.GetRequiredService<CnnPredictorSource>(); // a file that cannot be read ends the command, not the first request
        await server.StartAsync(interruption.Token);
        ICollection<string> addresses = server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        Console.WriteLine($"Draw a digit at {string.Join(" or ", addresses)} (Ctrl+C ends this)");
        TaskCompletionSource canceled = new();
        using CancellationTokenRegistration registration = interruption.Token.Register(canceled.SetResult);
        await canceled.Task;
        await server.StopAsync(CancellationToken.None);
        return ExitCode.Success;
    }

    private static string[] Addresses(string? urls) => (urls ?? "http://127.0.0.1:5080")
        .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
