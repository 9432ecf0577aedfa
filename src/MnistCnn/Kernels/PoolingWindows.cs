namespace MnistCnn.Kernels;

/// <summary>Windows of one size, side by side in a map whose pixels lie one after another.</summary>
/// <param name="Count">How many.</param>
/// <param name="Step">Floats from window to window.</param>
/// <param name="Rows">Rows of a window.</param>
/// <param name="Columns">Columns of a window.</param>
/// <param name="Row">Floats from row to row.</param>
/// <param name="Channels">Floats of a pixel.</param>
internal readonly record struct PoolingWindows(int Count, int Step, int Rows, int Columns, int Row, int Channels);
