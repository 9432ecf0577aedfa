using System.Reflection;
using System.Runtime.ExceptionServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MnistCnn.Hosting;

/// <summary>Registers predictors and trainers with dependency injection.</summary>
public static class MnistCnnServiceCollectionExtensions
{
    /// <summary>Registers the predictor of a file, which is read once.</summary>
    /// <param name="services">Receives a singleton <see cref="CnnPredictorSource"/> and a transient <see cref="CnnPredictor"/>.</param>
    /// <param name="path">The file of weights or the checkpoint. It is read when the predictor is first asked for.</param>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public static IServiceCollection AddCnnPredictor(this IServiceCollection services, string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return services.AddCnnPredictor(new CnnPredictorServiceOptions { Path = path });
    }

    /// <summary>Registers the predictor of a file.</summary>
    /// <param name="services">Receives a singleton <see cref="CnnPredictorSource"/> and a transient <see cref="CnnPredictor"/>.</param>
    /// <param name="options">Which file, and whether to read it again when it changes.</param>
    public static IServiceCollection AddCnnPredictor(this IServiceCollection services, CnnPredictorServiceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return services.AddCnnPredictor(_ => options);
    }

    /// <summary>Registers the predictor of a file that is known later, for instance from <c>IOptions&lt;CnnPredictorServiceOptions&gt;</c>.</summary>
    /// <remarks>
    /// The file is read when a service first asks for it, which then gets the exception of a file that cannot be read. A transient
    /// <see cref="CnnPredictor"/> is what the file holds when it is asked for; a service that lives longer than a reload asks for
    /// <see cref="CnnPredictorSource"/>.
    /// </remarks>
    /// <param name="services">Receives a singleton <see cref="CnnPredictorSource"/> and a transient <see cref="CnnPredictor"/>.</param>
    /// <param name="options">Called once.</param>
    public static IServiceCollection AddCnnPredictor(this IServiceCollection services, Func<IServiceProvider, CnnPredictorServiceOptions> options)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        return services
            .AddSingleton(provider => new CnnPredictorSource(Read(options, provider), provider.GetService<ILogger<CnnPredictorSource>>()))
            .AddTransient(provider => provider.GetRequiredService<CnnPredictorSource>().Current);
    }

    /// <summary>Registers a trainer.</summary>
    /// <param name="services">Receives a transient <see cref="Trainer"/>, whose callbacks are all registered <see cref="ITrainerCallback"/> in their
    /// order.</param>
    /// <param name="options">How to train; the reference recipe where null.</param>
    public static IServiceCollection AddTrainer(this IServiceCollection services, TrainerOptions? options = null) =>
        services.AddTrainer(_ => options ?? new TrainerOptions());

    /// <summary>Registers a trainer whose options are known later, for instance from <c>IOptions&lt;TrainerOptions&gt;</c>.</summary>
    /// <param name="services">Receives a transient <see cref="Trainer"/>, whose callbacks are all registered <see cref="ITrainerCallback"/> in their
    /// order.</param>
    /// <param name="options">Called for each trainer.</param>
    public static IServiceCollection AddTrainer(this IServiceCollection services, Func<IServiceProvider, TrainerOptions> options)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        return services.AddTransient(provider =>
            new Trainer(Read(options, provider), provider.GetServices<ITrainerCallback>(), provider.GetService<ILogger<Trainer>>()));
    }

    /// <summary>A value out of range that comes from the configuration is wrapped into an exception that says nothing; that of the option names it.</summary>
    private static T Read<T>(Func<IServiceProvider, T> options, IServiceProvider provider)
    {
        try
        {
            return options(provider);
        }
        catch (TargetInvocationException e) when (e.InnerException is ArgumentException)
        {
            ExceptionDispatchInfo.Throw(e.InnerException);
            throw;
        }
    }
}
