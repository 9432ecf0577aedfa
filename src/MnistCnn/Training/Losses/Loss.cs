using System.Globalization;
using MnistCnn.Training;
using static TorchSharp.torch;

namespace MnistCnn;

/// <summary>
/// What training minimises: the mean over the images of a step of a loss per image. Each image counts the same, in whichever batch or on whichever rank it is.
/// Evaluation always reports plain cross-entropy. Immutable and thread-safe.
/// </summary>
public abstract class Loss
{
    private protected Loss()
    {
    }

    /// <summary>Cross-entropy of the softmax of the logits, in nats; with class weights too it runs on the engine.</summary>
    /// <param name="labelSmoothing">The share of each label that is spread evenly over all classes (Szegedy et al., 2016), 0 to below 1; 0 by default.</param>
    /// <param name="classWeights"> What the loss of an image of each class is multiplied by, finite numbers of 0 or more, as many as the model has classes;
    /// null, the default: 1 for all. The sum of the losses is divided by the number of images, as in Keras, not by the sum of their weights, as in PyTorch.
    /// <see cref="ClassWeights.Balanced"/> has a mean of 1 over the images. </param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public static Loss CrossEntropy(double labelSmoothing = 0, IReadOnlyList<double>? classWeights = null) =>
        new WeightedCrossEntropy(labelSmoothing, Check(classWeights));

    /// <summary>
    /// Focal loss (Lin et al., 2017): cross-entropy times (1 − p)^γ, where p is the probability of the label, so that images that are classified well count
    /// less. Runs over libtorch's operations.
    /// </summary>
    /// <param name="gamma">γ, a finite number of 0 or more, where 0 is cross-entropy; 2 by default.</param>
    /// <param name="classWeights">What the loss of an image of each class is multiplied by, finite numbers of 0 or more, as many as the model has classes;
    /// null, the default: 1 for all.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public static Loss Focal(double gamma = 2, IReadOnlyList<double>? classWeights = null) => new FocalLoss(gamma, Check(classWeights));

    /// <summary>Your own loss. Runs over libtorch's operations.</summary>
    /// <param name="name">Its name, by which a checkpoint recognises it.</param>
    /// <param name="lossPerImage"> From logits [N, classes], float32 with gradients, and labels [N], int64, to a loss for each image [N]. The arguments stay
    /// the trainer's, the result becomes it. Called at each batch, on the thread of the run. </param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty.</exception>
    public static Loss Of(string name, Func<Tensor, Tensor, Tensor> lossPerImage)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(lossPerImage);
        return new OwnLoss(name, lossPerImage);
    }

    /// <summary>The loss and its settings in words, the same in every culture.</summary>
    public abstract override string ToString();

    /// <summary>A loss for each image [N], of logits [N, classes] in float32 and labels [N].</summary>
    internal abstract Tensor PerImage(Tensor logits, Tensor labels);

    /// <summary>The mean of <see cref="PerImage"/>.</summary>
    internal virtual Tensor Mean(Tensor logits, Tensor labels) => PerImage(logits, labels).mean();

    /// <exception cref="ArgumentException">There are class weights, and not one for each class.</exception>
    internal virtual void ThrowIfUnfit(long classes)
    {
    }

    private protected static void ThrowIfUnfit(float[]? classWeights, long classes)
    {
        if (classWeights is not null && classWeights.Length != classes)
        {
            throw new ArgumentException($"Loss: expected {classes} class weights, one for each class of the model, found {classWeights.Length}.");
        }
    }

    /// <summary>The losses of images, each times the weight of its class.</summary>
    private protected static Tensor Weighted(Tensor losses, Tensor labels, float[]? classWeights) =>
        classWeights is null ? losses : losses * tensor(classWeights, device: losses.device)[labels];

    private protected static string Words(float[]? classWeights) =>
        classWeights is null ? "" : $", class weights {string.Join(' ', classWeights.Select(weight => weight.ToString("R", CultureInfo.InvariantCulture)))}";

    private static float[]? Check(IReadOnlyList<double>? classWeights)
    {
        if (classWeights?.FirstOrDefault(weight => !double.IsFinite(weight) || weight < 0) is { } bad && bad != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(classWeights), bad,
                FormattableString.Invariant($"classWeights: expected finite numbers of 0 or more, found {bad}."));
        }

        return classWeights?.Select(weight => (float)weight).ToArray();
    }
}
