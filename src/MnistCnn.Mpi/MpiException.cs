namespace MnistCnn.Mpi;

/// <summary>An exchange between ranks failed: MPI reported an error, or the other ranks did not answer in time.</summary>
public sealed class MpiException : IOException
{
    internal MpiException(string message)
        : base(message)
    {
    }
}
