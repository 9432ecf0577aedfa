using MnistCnn.Engine;
using MnistCnn.Inference;
using MnistCnn.Kernels;
using MnistCnn.Networks;
using MnistCnn.Serialization;

namespace MnistCnn;

/// <summary>
/// Predicts with the weights of a <c>CnnClassifier</c> and without libtorch: nothing native is loaded, and an application that uses nothing else of the library
/// can be trimmed and compiled ahead of time.
/// </summary>
/// <remarks>
/// Immutable and thread-safe: one instance serves any number of threads at once. After the first calls nothing is allocated, except by
/// <see cref="Load(string, CnnPredictorOptions?)"/>.
/// </remarks>
public sealed class CnnPredictor
{
    private const float PixelMaximum = 255;
    private readonly PredictionNetwork prediction;
    private readonly NetworkPlan plan;
    private readonly NetworkWeights weights;
    private readonly Stack<PredictionRun> idle = new();
    private readonly int threads;

    /// <param name="description">What the weights are of.</param>
    /// <param name="weights">Weights that the description was checked against.</param>
    /// <param name="options">How to work; the defaults where null.</param>
    /// <param name="simd">The kernels; the best where null.</param>
    internal CnnPredictor(ModelDescription description, IReadOnlyDictionary<string, SafetensorsTensor> weights, CnnPredictorOptions? options = null,
        SimdKernels? simd = null)
    {
        (Height, Width, ClassNames, Calibration) = (description.Height, description.Width, description.ClassNames, description.Calibration);
        prediction = new PredictionNetwork(description.Network.WithoutSoftmax());
        plan = new NetworkPlan(prediction.Network, simd);
        this.weights = Pack(weights);
        threads = options is { Threads: > 0 } ? options.Threads : Environment.ProcessorCount;
    }

    /// <summary>Rows of an image.</summary>
    public int Height { get; }

    /// <summary>Columns of an image.</summary>
    public int Width { get; }

    /// <summary>The name of each class, in the order of the probabilities.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>The temperature of the probabilities and the threshold of familiarity, as the weights file has them.</summary>
    public Calibration Calibration { get; }

    /// <summary>
    /// Reads a file that <c>CnnClassifier.Save</c> wrote, a checkpoint of a run, or the same network's weights from PyTorch in the safetensors format. Of a
    /// checkpoint it reads the averaged weights where there are any.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How to work; the defaults where null.</param>
    /// <exception cref="CheckpointFormatException">The file is not valid, or holds another model, misshapen, NaN or infinite weights.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static CnnPredictor Load(string path, CnnPredictorOptions? options = null)
    {
        (ModelDescription description, SafetensorsFile file) = ModelDescription.Load(path);
        try
        {
            return new CnnPredictor(description, file.Tensors, options);
        }
        catch (Exception e) when (e is NotSupportedException or OverflowException)
        {
            throw new CheckpointFormatException(path, $"expected a network that the engine can run: {e.Message}", e);
        }
    }

    /// <summary>
    /// Reads what <see cref="Load(string, CnnPredictorOptions?)"/> reads from a stream, from its position to its end: an embedded resource, a blob, a browser's
    /// answer. It need not be seekable, and stays open.
    /// </summary>
    /// <param name="stream">The file.</param>
    /// <param name="options">How to work; the defaults where null.</param>
    /// <exception cref="CheckpointFormatException">The content is not valid, or holds another model, misshapen, NaN or infinite weights.</exception>
    public static CnnPredictor Load(Stream stream, CnnPredictorOptions? options = null)
    {
        (ModelDescription description, SafetensorsFile file) = ModelDescription.Load(WeightsFile.Load(stream), WeightsFile.NameOfStream);
        return new CnnPredictor(description, file.Tensors, options);
    }

    /// <summary>Predicts one image on the calling thread.</summary>
    /// <param name="image">Pixels row by row, 0 (background) to 255 (ink): <see cref="Height"/> × <see cref="Width"/> bytes.</param>
    /// <exception cref="ArgumentException">Another number of bytes.</exception>
    public Prediction Predict(ReadOnlySpan<byte> image)
    {
        if (image.Length != Height * Width)
        {
            throw new ArgumentException($"Expected {Height * Width} bytes, an image of {Height}×{Width} pixels, found {image.Length}.", nameof(image));
        }

        Span<float> probabilities = stackalloc float[ClassNames.Count];
        float familiarity = 0;
        Run(image, 1, probabilities, new Span<float>(ref familiarity));
        return MostProbable(image, probabilities, familiarity);
    }

    /// <summary>Predicts all images of a data set, split over <see cref="CnnPredictorOptions.Threads"/>.</summary>
    /// <param name="data">Images of <see cref="Height"/> × <see cref="Width"/> pixels; labels are not read.</param>
    /// <returns>One for each image, in the order of the data set.</returns>
    /// <exception cref="ArgumentException">Images of another size.</exception>
    public IReadOnlyList<Prediction> PredictAll(IMnistDataset data)
    {
        ArgumentNullException.ThrowIfNull(data);
        return ManyPredictions.Of(this, data);
    }

    /// <summary>Predicts images as they are enumerated, up to 512 at once, split over <see cref="CnnPredictorOptions.Threads"/>.</summary>
    /// <param name="images">Each of <see cref="Height"/> × <see cref="Width"/> bytes, row by row, 0 (background) to 255 (ink). Any number; an image may be
    /// overwritten once its prediction was returned.</param>
    /// <returns>
    /// One for each image, in order. Enumerating it enumerates the images, and throws an <see cref="ArgumentException"/> at one of another size.
    /// </returns>
    public IEnumerable<Prediction> PredictAll(IEnumerable<ReadOnlyMemory<byte>> images)
    {
        ArgumentNullException.ThrowIfNull(images);
        return ManyPredictions.Of(this, images);
    }

    /// <summary>Predicts images of a stream, each as it comes, on the thread that brings it.</summary>
    /// <param name="images">Each of <see cref="Height"/> × <see cref="Width"/> bytes, row by row, 0 (background) to 255 (ink).</param>
    /// <param name="cancellationToken">Ends the enumeration with an <see cref="OperationCanceledException"/>, where the images heed it.</param>
    /// <returns>One for each image, in order. Enumerating it throws an <see cref="ArgumentException"/> at an image of another size.</returns>
    public IAsyncEnumerable<Prediction> PredictAllAsync(IAsyncEnumerable<ReadOnlyMemory<byte>> images, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        return ManyPredictions.Of(this, images, cancellationToken);
    }

    /// <summary>Computes the probability of every class for a batch of images, split over <see cref="CnnPredictorOptions.Threads"/>.</summary>
    /// <param name="images">
    /// One or more images one after another, each row by row, 0 (background) to 255 (ink): <see cref="Height"/> × <see cref="Width"/> bytes an image.
    /// </param>
    /// <param name="probabilities">Receives [images, classes], image by image; each image's sum is 1.</param>
    /// <exception cref="ArgumentException">No image, part of one, or another number of probabilities than images × classes.</exception>
    public void Predict(ReadOnlySpan<byte> images, Span<float> probabilities)
    {
        int count = CountOf(images, probabilities);
        Run(images, count, probabilities, familiarity: default);
    }

    /// <summary>
    /// Computes the probability of every class and the familiarity for a batch of images, split over <see cref="CnnPredictorOptions.Threads"/>.
    /// </summary>
    /// <param name="images">One or more images one after another, as for <see cref="Predict(ReadOnlySpan{byte}, Span{float})"/>.</param>
    /// <param name="probabilities">Receives [images, classes], image by image; each image's sum is 1.</param>
    /// <param name="familiarity">Receives one score an image, which <see cref="IsFamiliar"/> judges.</param>
    /// <exception cref="ArgumentException">No image, part of one, or another number of probabilities or scores.</exception>
    public void Predict(ReadOnlySpan<byte> images, Span<float> probabilities, Span<float> familiarity)
    {
        int count = CountOf(images, probabilities);
        if (familiarity.Length != count)
        {
            throw new ArgumentException($"Expected {count} floats, one for each image, found {familiarity.Length}.", nameof(familiarity));
        }

        Run(images, count, probabilities, familiarity);
    }

    /// <summary>
    /// Whether an image is like those that the network was trained on: not blank, and its score not below the threshold. True where there is no threshold.
    /// </summary>
    /// <param name="image">The pixels, as they were predicted.</param>
    /// <param name="familiarity">The score of the image.</param>
    public bool IsFamiliar(ReadOnlySpan<byte> image, float familiarity) =>
        Calibration.FamiliarityThreshold is not { } threshold || (familiarity >= threshold && !Blankness.IsBlank(image));

    private int CountOf(ReadOnlySpan<byte> images, Span<float> probabilities)
    {
        int pixels = Height * Width, count = images.Length / pixels;
        if (count == 0 || images.Length % pixels != 0)
        {
            throw new ArgumentException($"Expected a multiple of {pixels} bytes, one or more images of {Height}×{Width} pixels, found {images.Length}.",
                nameof(images));
        }

        if (probabilities.Length != count * (long)ClassNames.Count)
        {
            throw new ArgumentException($"Expected {count} × {ClassNames.Count} floats, one for each image and class, found {probabilities.Length}.",
                nameof(probabilities));
        }

        return count;
    }

    internal Prediction MostProbable(ReadOnlySpan<byte> image, ReadOnlySpan<float> probabilities, float familiarity)
    {
        int best = 0;
        for (int c = 1; c < probabilities.Length; c++)
        {
            best = probabilities[c] > probabilities[best] ? c : best;
        }

        return new Prediction(best, ClassNames[best], probabilities[best], IsFamiliar(image, familiarity), familiarity);
    }

    private NetworkWeights Pack(IReadOnlyDictionary<string, SafetensorsTensor> tensors)
    {
        NetworkWeights packed = new(plan, training: false);
        IReadOnlyList<float[]> values = prediction.Parameters(name => tensors[name].ToSingles());

        // Images are floats 0 to 255: the first layer with weights divides them. What may come before it, a pooling layer or a ReLU, changes nothing about
        // that.
        foreach (ref float weight in values[0].AsSpan())
        {
            weight /= PixelMaximum;
        }

        packed.Pack(values, threads: 1);
        return packed;
    }

    private unsafe void Run(ReadOnlySpan<byte> images, int count, Span<float> probabilities, Span<float> familiarity)
    {
        PredictionRun? run;
        lock (idle)
        {
            idle.TryPop(out run);
        }

        run ??= new PredictionRun(plan, weights, threads, Calibration.Temperature);
        fixed (byte* pixels = images)
        fixed (float* results = probabilities)
        fixed (float* scores = familiarity)
        {
            run.Predict(pixels, count, results, scores);
        }

        lock (idle)
        {
            idle.Push(run);
        }
    }
}
