using System.Runtime.InteropServices;

namespace MnistCnn.Engine;

/// <summary>The weights of a network, and what the layers make of them. Not thread-safe while they change.</summary>
internal sealed unsafe class NetworkWeights
{
    private const int BlockLength = 1024;
    private readonly NetworkPlan plan;
    private readonly bool training;
    private readonly AlignedBuffer prepared;
    private readonly int[] firstPrepared;
    private readonly (int Layer, int Item)[] preparations;
    private readonly bool[] bounded, excessive;

    /// <param name="plan">The network.</param>
    /// <param name="training">Whether the backward pass is to use them too.</param>
    public NetworkWeights(NetworkPlan plan, bool training)
    {
        (this.plan, this.training) = (plan, training);
        Values = new ParameterBuffer(plan);
        (bounded, excessive) = (new bool[plan.Layers.Count], new bool[plan.Layers.Count]);
        firstPrepared = new int[plan.Layers.Count + 1];
        for (int l = 0; l < plan.Layers.Count; l++)
        {
            firstPrepared[l + 1] = checked(firstPrepared[l] + (plan.Layers[l].PreparedLength(training) + 15 & -16));
        }

        prepared = new AlignedBuffer(firstPrepared[^1]);
        preparations = [.. plan.Layers.SelectMany((layer, l) => Enumerable.Range(0, layer.PrepareItems(training)).Select(item => (l, item)))];
    }

    /// <summary>The weights. After a change <see cref="Refresh"/> is called.</summary>
    public ParameterBuffer Values { get; }

    /// <summary>What a layer prepared.</summary>
    public float* Prepared(int layer) => prepared.Pointer + firstPrepared[layer];

    /// <summary>Whether the weights of a layer are finite and leave room for sums.</summary>
    public bool AreBounded(int layer) => bounded[layer];

    /// <summary>Reads tensors: see <see cref="ParameterBuffer.Pack"/>.</summary>
    public void Pack(ReadOnlySpan<nint> tensors, int threads)
    {
        Values.Pack(tensors, threads);
        Refresh(threads);
    }

    /// <summary>Reads arrays in the order of the plan's parameters.</summary>
    public void Pack(IReadOnlyList<float[]> tensors, int threads)
    {
        GCHandle[] pinned = [.. tensors.Select(tensor => GCHandle.Alloc(tensor, GCHandleType.Pinned))];
        Pack([.. pinned.Select(handle => handle.AddrOfPinnedObject())], threads);
        Array.ForEach(pinned, handle => handle.Free());
    }

    /// <summary>Changes the weights piece by piece, if asked, and makes all that follows from them.</summary>
    /// <param name="threads">Threads to use.</param>
    /// <param name="update">Changes a piece.</param>
    public void Refresh(int threads, Action<ParameterPiece>? update = null)
    {
        Array.Clear(excessive);
        ThreadTeam.Run(threads, [plan.Pieces.Count, preparations.Length], item =>
        {
            if (item.Part == 0)
            {
                RefreshPiece(plan.Pieces[item.Index], update);
                return;
            }

            item.Await(0, 0, plan.Pieces.Count);
            (int layer, int preparation) = preparations[item.Index];
            plan.Layers[layer].Prepare(Values.Pointer, Prepared(layer), preparation);
        });
        for (int l = 0; l < bounded.Length; l++)
        {
            bounded[l] = !excessive[l];
        }
    }

    /// <summary>A few numbers at a time, which are looked at while they are in the nearest cache.</summary>
    private void RefreshPiece(ParameterPiece piece, Action<ParameterPiece>? update)
    {
        for (int start = piece.Start, end = piece.Start + piece.Length; start < end; start += BlockLength)
        {
            ParameterPiece block = piece with { Start = start, Length = Math.Min(BlockLength, end - start) };
            update?.Invoke(block);
            if (!plan.Simd.AllWithin(Values.Pointer + start, 0, 1, block.Length, WinogradConvolution.Limit))
            {
                excessive[piece.Layer] = true;
            }
        }
    }
}
