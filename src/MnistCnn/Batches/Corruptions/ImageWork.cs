namespace MnistCnn.Batches;

/// <summary>An image to corrupt, and room for the result: [Height, Width] each, row by row, 0 (background) to 1 (ink).</summary>
internal readonly record struct ImageWork(float[] Source, float[] Result, int Height, int Width);
