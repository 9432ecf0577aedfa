using System.Runtime.InteropServices;
using System.Text;

namespace MnistCnn.Mpi;

/// <summary>The functions of a loaded MPI library, by the names of the MPI standard, version 3. Each returns MPI's error code, 0 for success.</summary>
internal sealed unsafe class MpiLibrary
{
    private const int ThreadSerialized = 2;
    private const int LongestErrorText = 1024;

    private readonly nint handle;
    private readonly MpiConstants constants;
    private readonly delegate* unmanaged<nint, int*, nint, int> test;
    private readonly delegate* unmanaged<nint, nint, int, nint, nint, nint, nint*, int> iallreduce;
    private readonly delegate* unmanaged<nint, int, nint, nint, int, nint, nint, nint*, int> ialltoall, iallgather;
    private readonly delegate* unmanaged<nint, int, nint, int, nint, nint*, int> ibcast;
    private readonly delegate* unmanaged<nint, nint*, int> ibarrier;

    private MpiLibrary(string name, nint handle, MpiConstants constants)
    {
        (Name, this.handle, this.constants) = (name, handle, constants);
        test = (delegate* unmanaged<nint, int*, nint, int>)Export("MPI_Test");
        iallreduce = (delegate* unmanaged<nint, nint, int, nint, nint, nint, nint*, int>)Export("MPI_Iallreduce");
        ialltoall = (delegate* unmanaged<nint, int, nint, nint, int, nint, nint, nint*, int>)Export("MPI_Ialltoall");
        iallgather = (delegate* unmanaged<nint, int, nint, nint, int, nint, nint, nint*, int>)Export("MPI_Iallgather");
        ibcast = (delegate* unmanaged<nint, int, nint, int, nint, nint*, int>)Export("MPI_Ibcast");
        ibarrier = (delegate* unmanaged<nint, nint*, int>)Export("MPI_Ibarrier");
    }

    public string Name { get; }

    /// <summary>Loads the first of these libraries that is installed.</summary>
    /// <exception cref="MpiUnavailableException">None of them can be loaded.</exception>
    public static MpiLibrary Load(IReadOnlyList<string> names)
    {
        List<string> obstacles = [];
        foreach (string name in names)
        {
            try
            {
                nint handle = NativeLibrary.Load(name);
                bool isOpenMpi = NativeLibrary.TryGetExport(handle, "ompi_mpi_comm_world", out _);
                return new MpiLibrary(name, handle, isOpenMpi ? MpiConstants.OpenMpi(handle) : MpiConstants.Mpich);
            }
            catch (Exception e) when (e is DllNotFoundException or BadImageFormatException or EntryPointNotFoundException)
            {
                obstacles.Add($"'{name}': {e.Message}");
            }
        }

        throw new MpiUnavailableException(
            $"MPI: expected an installed {string.Join(" or ", names)}, found none. Install the package 'openmpi-bin' (Debian, Ubuntu), 'openmpi' (Fedora, "
                + "Arch) or 'mpich'. "
            + string.Join(" ", obstacles));
    }

    /// <summary>MPI_Init_thread; the errors of the world are returned from then on instead of ending the process.</summary>
    public int Initialize(out int rank, out int size)
    {
        (rank, size) = (0, 1);
        int provided;
        int code = ((delegate* unmanaged<int*, byte***, int, int*, int>)Export("MPI_Init_thread"))(null, null, ThreadSerialized, &provided);
        code = code != 0 ? code : ((delegate* unmanaged<nint, nint, int>)Export("MPI_Comm_set_errhandler"))(constants.World, constants.ErrorsReturn);
        code = code != 0 ? code : OfWorld("MPI_Comm_rank", out rank);
        return code != 0 ? code : OfWorld("MPI_Comm_size", out size);
    }

    public int FinalizeWorld() => ((delegate* unmanaged<int>)Export("MPI_Finalize"))();

    /// <summary>Ends every rank; does not return.</summary>
    public void Abort(int exitCode) => _ = ((delegate* unmanaged<nint, int, int>)Export("MPI_Abort"))(constants.World, exitCode);

    public int StartAllReduce(nint sendAndReceive, int count, MpiElement element, out nint request)
    {
        fixed (nint* r = &request)
        {
            return iallreduce(constants.InPlace, sendAndReceive, count, TypeOf(element), constants.Sum, constants.World, r);
        }
    }

    /// <summary>Sends each rank its part of as many parts as there are ranks, and receives one from each.</summary>
    public int StartAllToAll(nint send, nint receive, int count, MpiElement element, out nint request)
    {
        fixed (nint* r = &request)
        {
            return ialltoall(send, count, TypeOf(element), receive, count, TypeOf(element), constants.World, r);
        }
    }

    /// <summary>Receives what each rank sends to all.</summary>
    public int StartAllGather(nint send, nint receive, int count, MpiElement element, out nint request)
    {
        fixed (nint* r = &request)
        {
            return iallgather(send, count, TypeOf(element), receive, count, TypeOf(element), constants.World, r);
        }
    }

    public int StartBroadcast(nint buffer, int count, MpiElement element, out nint request)
    {
        fixed (nint* r = &request)
        {
            return ibcast(buffer, count, TypeOf(element), 0, constants.World, r);
        }
    }

    public int StartBarrier(out nint request)
    {
        request = 0;
        fixed (nint* r = &request)
        {
            return ibarrier(constants.World, r);
        }
    }

    /// <summary>MPI_Test; it also moves the exchange on.</summary>
    public int Test(ref nint request, out bool done)
    {
        int flag = 0;
        fixed (nint* r = &request)
        {
            int code = test((nint)r, &flag, constants.StatusIgnore);
            done = flag != 0;
            return code;
        }
    }

    public string ErrorText(int code)
    {
        byte* text = stackalloc byte[LongestErrorText];
        int length;
        int failed = ((delegate* unmanaged<int, byte*, int*, int>)Export("MPI_Error_string"))(code, text, &length);
        return failed == 0 ? $"{code} ({Encoding.UTF8.GetString(text, length)})" : $"{code}";
    }

    private int OfWorld(string function, out int value)
    {
        fixed (int* v = &value)
        {
            return ((delegate* unmanaged<nint, int*, int>)Export(function))(constants.World, v);
        }
    }

    private nint TypeOf(MpiElement element) => element switch
    {
        MpiElement.Float => constants.Float,
        MpiElement.Int64 => constants.Int64,
        _ => constants.Byte,
    };

    private nint Export(string function) => NativeLibrary.GetExport(handle, function);
}
