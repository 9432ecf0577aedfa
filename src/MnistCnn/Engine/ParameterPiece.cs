namespace MnistCnn.Engine;

/// <summary>A part of a flat buffer, of one tensor of parameters.</summary>
/// <param name="Layer">The layer of the plan.</param>
/// <param name="Slot">The tensor, as an index of <see cref="NetworkPlan.Parameters"/>.</param>
/// <param name="Start">The first float.</param>
/// <param name="Length">How many, a multiple of 16.</param>
internal readonly record struct ParameterPiece(int Layer, int Slot, int Start, int Length);
