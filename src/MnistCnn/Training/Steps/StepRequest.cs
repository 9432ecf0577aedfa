using Microsoft.Extensions.Logging;
using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>What the loop asks of a step: known when the run begins, the same until it ends.</summary>
/// <param name="Model">On the device already.</param>
/// <param name="Device">Where to compute.</param>
/// <param name="Options"> Loss: <see cref="TrainerOptions.Loss"/>. Update: <see cref="TrainerOptions.Optimizer"/>, null for Adam;
/// <see cref="TrainerOptions.WeightDecay"/>, decoupled as in AdamW. Arithmetic: <see cref="TrainerOptions.Precision"/>, <see cref="TrainerOptions.Threads"/>.
/// </param>
/// <param name="Height">Rows of an image.</param>
/// <param name="Width">Columns of an image.</param>
/// <param name="MostImages">Images of the largest batch.</param>
/// <param name="Ranks">The other ranks of the run; null where there are none.</param>
/// <param name="Logger">Receives which way the steps are computed, and why.</param>
internal sealed record StepRequest(nn.Module<Tensor, Tensor> Model, Device Device, TrainerOptions Options, int Height, int Width, int MostImages, Ranks? Ranks,
    ILogger Logger);
