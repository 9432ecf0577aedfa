using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>What the loop asks of a step: known when the run begins, the same until it ends.</summary>
/// <param name="Model">On the device already.</param>
/// <param name="Device">Where to compute.</param>
/// <param name="Options">
/// Loss: <see cref="TrainerOptions.LabelSmoothing"/>. Update: <see cref="TrainerOptions.Optimizer"/>, null for Adam; <see cref="TrainerOptions.WeightDecay"/>, decoupled as in
/// AdamW. Arithmetic: <see cref="TrainerOptions.Precision"/>, <see cref="TrainerOptions.Threads"/>.
/// </param>
/// <param name="NeedsGradients">Whether a callback, clipping, accumulation or another machine works on <c>parameter.grad</c> between backward pass and update.</param>
internal sealed record StepRequest(nn.Module<Tensor, Tensor> Model, Device Device, TrainerOptions Options, bool NeedsGradients);
