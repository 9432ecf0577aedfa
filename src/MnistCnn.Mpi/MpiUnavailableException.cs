namespace MnistCnn.Mpi;

/// <summary>No MPI library could be loaded, or it does not belong to the launcher that started the process.</summary>
public sealed class MpiUnavailableException : Exception
{
    internal MpiUnavailableException(string message)
        : base(message)
    {
    }
}
