namespace MnistCnn.Batches;

/// <summary>
/// Where in the source a pixel of the destination comes from, relative to the centre, once the shift is undone: x' = Xx·x + Xy·y, y' = Yx·x + Yy·y.
/// </summary>
internal readonly record struct AffineMap(float Xx, float Xy, float Yx, float Yy, float ShiftX, float ShiftY);
