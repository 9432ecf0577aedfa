using MnistCnn.Data;

namespace MnistCnn.Batches;

/// <summary>Orders of a data set in which each class comes as often as the others; see <see cref="BatchLoaderOptions.Balanced"/>. Thread-safe.</summary>
internal sealed class BalancedOrder
{
    private readonly int[][] classes;
    private readonly int count;

    public BalancedOrder(IMnistDataset data)
    {
        count = data.Count;
        classes = [.. Enumerable.Range(0, count).GroupBy(data.GetLabel).OrderBy(group => group.Key).Select(group => group.ToArray())];
    }

    /// <summary>As many indices as the data set has images, from a seed and an epoch alone.</summary>
    public int[] Of(int seed, int epoch)
    {
        SeededRandom random = new((uint)seed, (uint)epoch, 1);
        int[] order = new int[count];
        int position = 0;
        for (int c = 0; c < classes.Length; c++)
        {
            int[] members = [.. classes[c]];
            int share = count / classes.Length + (c < count % classes.Length ? 1 : 0);
            for (int i = 0; i < share; i++)
            {
                if (i % members.Length == 0)
                {
                    random.Shuffle(members);
                }

                order[position++] = members[i % members.Length];
            }
        }

        random.Shuffle(order);
        return order;
    }
}
