namespace MnistCnn.Kernels;

/// <summary>The size of a <see cref="MatrixTile{TSimd,TVector,TShape,TTerms}"/>, as constants that the run-time compiler folds.</summary>
internal interface ITileShape
{
    /// <summary>Rows of A that have a pointer of their own: 6 or 4; 1 in a <see cref="RowProduct{TSimd,TVector,TShape}"/>.</summary>
    static abstract int Rows { get; }

    /// <summary>Registers of B per step: 4, 2 or 1; 8, 4 or 2 in a <see cref="RowProduct{TSimd,TVector,TShape}"/>.</summary>
    static abstract int Vectors { get; }

    /// <summary>Whether as many rows again follow at a constant distance from the first (at most 2 vectors).</summary>
    static abstract bool Tall { get; }
}

internal readonly struct Tile6x1 : ITileShape { public static int Rows => 6; public static int Vectors => 1; public static bool Tall => false; }
internal readonly struct Tile4x1 : ITileShape { public static int Rows => 4; public static int Vectors => 1; public static bool Tall => false; }
internal readonly struct Tile6x2 : ITileShape { public static int Rows => 6; public static int Vectors => 2; public static bool Tall => false; }
internal readonly struct Tile4x2 : ITileShape { public static int Rows => 4; public static int Vectors => 2; public static bool Tall => false; }
internal readonly struct Tile1x2 : ITileShape { public static int Rows => 1; public static int Vectors => 2; public static bool Tall => false; }
internal readonly struct Tile6x4 : ITileShape { public static int Rows => 6; public static int Vectors => 4; public static bool Tall => false; }
internal readonly struct Tile4x4 : ITileShape { public static int Rows => 4; public static int Vectors => 4; public static bool Tall => false; }
internal readonly struct Tile1x4 : ITileShape { public static int Rows => 1; public static int Vectors => 4; public static bool Tall => false; }
internal readonly struct Tall6x1 : ITileShape { public static int Rows => 6; public static int Vectors => 1; public static bool Tall => true; }
internal readonly struct Tall4x1 : ITileShape { public static int Rows => 4; public static int Vectors => 1; public static bool Tall => true; }
internal readonly struct Tall6x2 : ITileShape { public static int Rows => 6; public static int Vectors => 2; public static bool Tall => true; }
internal readonly struct Tall4x2 : ITileShape { public static int Rows => 4; public static int Vectors => 2; public static bool Tall => true; }
internal readonly struct Tile1x8 : ITileShape { public static int Rows => 1; public static int Vectors => 8; public static bool Tall => false; }

/// <summary>The common dimension has strides, as constants like the shapes; or lists.</summary>
internal readonly struct StridedTerms;
internal readonly struct ListedTerms;
