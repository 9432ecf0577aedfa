using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MnistCnn.Hosting;
using MnistCnn.Tests.Training;
using MnistCnn.Training.Callbacks;

namespace MnistCnn.Tests.Hosting;

public sealed class ServiceCollectionTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Model => folder["model.safetensors"];

    [Fact]
    public void The_predictor_of_a_file_is_what_its_source_has_and_is_read_once()
    {
        Write();
        using ServiceProvider services = new ServiceCollection().AddCnnPredictor(Model).BuildServiceProvider();
        CnnPredictor predictor = services.GetRequiredService<CnnPredictor>();
        Assert.Same(predictor, services.GetRequiredService<CnnPredictorSource>().Current);
        using IServiceScope scope = services.CreateScope();
        Assert.Same(predictor, scope.ServiceProvider.GetRequiredService<CnnPredictor>());
    }

    [Fact]
    public void A_missing_file_is_named_when_the_predictor_is_asked_for_and_found_once_it_is_there()
    {
        using ServiceProvider services = new ServiceCollection().AddCnnPredictor(new CnnPredictorServiceOptions { Path = Model }).BuildServiceProvider();
        Assert.Contains(Model, Assert.Throws<FileNotFoundException>(services.GetRequiredService<CnnPredictor>).Message, StringComparison.Ordinal);
        Write();
        Assert.Equal(10, services.GetRequiredService<CnnPredictor>().ClassNames.Count);
    }

    [Fact]
    public void A_section_of_the_configuration_fills_the_options_of_both()
    {
        Write();
        using ServiceProvider services = Configured(
            ("Predictor:Path", Model), ("Predictor:ReloadOnChange", "true"), ("Predictor:CheckInterval", "00:00:30"), ("Trainer:Epochs", "2"),
            ("Trainer:LearningRate", "0.01"), ("Trainer:BatchSize", "32"), ("Trainer:MaxTime", "00:10:00"), ("Trainer:Precision", "Float32"));
        CnnPredictorServiceOptions options = services.GetRequiredService<IOptions<CnnPredictorServiceOptions>>().Value;
        Assert.Equal(new CnnPredictorServiceOptions { Path = Model, ReloadOnChange = true, CheckInterval = TimeSpan.FromSeconds(30) }, options);
        Assert.NotNull(services.GetRequiredService<CnnPredictor>());

        using TinyModel model = new();
        FitResult fit = services.GetRequiredService<Trainer>().Fit(model, TrainingData.Train, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(2 * 3, fit.History.Steps.Count);
    }

    [Theory]
    [InlineData("Trainer:Epochs", "0", "Epochs: expected 1 or more, found 0.")]
    [InlineData("Trainer:LearningRate", "-1", "LearningRate: expected a finite number above 0, found -1.")]
    [InlineData("Trainer:Epochs", "many", "Trainer:Epochs")]
    public void A_wrong_value_in_the_configuration_is_named(string key, string value, string message)
    {
        using ServiceProvider services = Configured((key, value));
        Exception exception = Assert.ThrowsAny<Exception>(services.GetRequiredService<Trainer>);
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_predictor_whose_configuration_is_wrong_names_the_option()
    {
        using ServiceProvider services = Configured(("Predictor:Threads", "-2"));
        Assert.Contains("Threads: expected 0", Assert.Throws<ArgumentOutOfRangeException>(services.GetRequiredService<CnnPredictor>).Message,
            StringComparison.Ordinal);
        using ServiceProvider empty = Configured();
        Assert.Contains("Path: expected the path", Assert.Throws<ArgumentException>(empty.GetRequiredService<CnnPredictor>).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_trainer_has_the_registered_callbacks_in_their_order_and_the_logger()
    {
        List<string> calls = [];
        ListLogger logger = new();
        using ServiceProvider services = new ServiceCollection()
            .AddSingleton<ILogger<Trainer>>(logger)
            .AddSingleton<ITrainerCallback>(new LambdaCallback { FitStart = _ => calls.Add("first") })
            .AddSingleton<ITrainerCallback>(new LambdaCallback { FitStart = _ => calls.Add("second") })
            .AddTrainer(TrainingData.Options)
            .BuildServiceProvider();
        Trainer trainer = services.GetRequiredService<Trainer>();
        Assert.NotSame(trainer, services.GetRequiredService<Trainer>());
        using TinyModel model = new();
        FitResult fit = trainer.Fit(model, TrainingData.Train, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(["first", "second"], calls);
        Assert.Contains(logger.Lines, line => line.StartsWith("Device ", StringComparison.Ordinal));
        Assert.Equal(TrainingData.Options.Epochs, fit.History.Epochs.Count);
    }

    [Fact]
    public void Nothing_and_an_empty_path_are_refused_at_once()
    {
        ServiceCollection services = new();
        Assert.Throws<ArgumentException>(() => services.AddCnnPredictor(""));
        Assert.Throws<ArgumentNullException>(() => services.AddCnnPredictor((CnnPredictorServiceOptions)null!));
        Assert.Throws<ArgumentNullException>(() => services.AddCnnPredictor((Func<IServiceProvider, CnnPredictorServiceOptions>)null!));
        Assert.Throws<ArgumentNullException>(() => services.AddTrainer((Func<IServiceProvider, TrainerOptions>)null!));
        Assert.Throws<ArgumentNullException>(() => ((IServiceCollection)null!).AddCnnPredictor("x"));
        Assert.Empty(services);
    }

    public void Dispose() => folder.Dispose();

    private static ServiceProvider Configured(params (string Key, string Value)[] values)
    {
        IConfiguration configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(values.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value))).Build();
        return new ServiceCollection()
            .Configure<TrainerOptions>(configuration.GetSection("Trainer"))
            .Configure<CnnPredictorServiceOptions>(configuration.GetSection("Predictor"))
            .AddTrainer(provider => provider.GetRequiredService<IOptions<TrainerOptions>>().Value)
            .AddCnnPredictor(provider => provider.GetRequiredService<IOptions<CnnPredictorServiceOptions>>().Value)
            .BuildServiceProvider();
    }

    private void Write()
    {
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
        model.Save(Model);
    }
}
