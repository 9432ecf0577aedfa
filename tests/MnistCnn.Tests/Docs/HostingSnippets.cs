using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MnistCnn.Hosting;
using MnistCnn.Training.Callbacks;

namespace MnistCnn.Tests.Docs;

public sealed class HostingSnippets : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void A_predictor_is_injected()
    {
        string path = Saved();
        byte[] image = new byte[784];
        ServiceCollection services = [];
        // snippet: predictor
        services.AddCnnPredictor(path);
        services.AddTransient<Postbox>();
        // end
        using ServiceProvider provider = services.BuildServiceProvider();
        Assert.Equal(1, provider.GetRequiredService<Postbox>().Read(image).Length);
    }

    [Fact]
    public async Task A_host_serves_and_trains_as_its_configuration_says()
    {
        string path = Saved();
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new("Model:Path", path), new("Model:ReloadOnChange", "true"), new("Trainer:Epochs", "1")]);
        builder.Services.AddSingleton<TrainingJob>();
        // snippet: configuration
        builder.Services.Configure<CnnPredictorServiceOptions>(builder.Configuration.GetSection("Model"));
        builder.Services.AddCnnPredictor(provider => provider.GetRequiredService<IOptions<CnnPredictorServiceOptions>>().Value);

        builder.Services.Configure<TrainerOptions>(builder.Configuration.GetSection("Trainer"));
        builder.Services.AddSingleton<ITrainerCallback>(provider => new StepLogger(provider.GetRequiredService<ILogger<StepLogger>>()));
        builder.Services.AddTrainer(provider => provider.GetRequiredService<IOptions<TrainerOptions>>().Value);
        // end
        using IHost host = builder.Build();
        Assert.Equal(10, host.Services.GetRequiredService<CnnPredictor>().ClassNames.Count);
        FitResult fit = await host.Services.GetRequiredService<TrainingJob>().RunAsync(TestContext.Current.CancellationToken);
        Assert.Single(fit.History.Epochs);
    }

    public void Dispose() => folder.Dispose();

    private string Saved()
    {
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
        model.Save(folder["model.safetensors"]);
        return folder["model.safetensors"];
    }

    // snippet: postbox
    internal sealed class Postbox(CnnPredictor predictor)
    {
        public string Read(byte[] image) => predictor.Predict(image).ClassName;
    }
    // end

    // snippet: job
    internal sealed class TrainingJob(Trainer trainer)
    {
        public async Task<FitResult> RunAsync(CancellationToken stopping)
        {
            SyntheticDigits train = new(2_000);
            using CnnClassifier model = new(CnnClassifierOptions.For(train));
            return await trainer.FitAsync(model, train, cancellationToken: stopping);
        }
    }
    // end
}
