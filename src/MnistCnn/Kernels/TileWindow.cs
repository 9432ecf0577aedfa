namespace MnistCnn.Kernels;

/// <summary>Where one of several products over the same rows lies: offsets in A and C, the row of the packed B, and the middle and inner length of the common dimension.</summary>
internal readonly record struct TileWindow(int A, int C, int Row, int Middle, int Inner);
