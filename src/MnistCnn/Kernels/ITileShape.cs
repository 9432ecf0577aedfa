namespace MnistCnn.Kernels;

/// <summary>The size of a <see cref="MatrixTile{TSimd,TVector,TShape,TTerms}"/>, as constants that the run-time compiler folds.</summary>
internal interface ITileShape
{
    /// <summary>Rows of A that have a pointer of their own: 6 or 4; 1 in a <see cref="SparseTile{TSimd,TVector,TShape}"/>.</summary>
    static abstract int Rows { get; }

    /// <summary>Registers of B per step: 4, 2 or 1; 8, 4 or 2 in a <see cref="SparseTile{TSimd,TVector,TShape}"/>.</summary>
    static abstract int Vectors { get; }

    /// <summary>Whether as many rows again follow at a constant distance from the first (at most 2 vectors).</summary>
    static abstract bool Tall { get; }
}
