using MnistCnn.Kernels;
using static TorchSharp.torch;

namespace MnistCnn.Tests.Kernels;

public sealed unsafe class SoftmaxCrossEntropyTests
{
    [Fact]
    public void A_hit_is_where_libtorchs_argmax_is_the_label_ties_and_what_is_no_number_included()
    {
        const float inf = float.PositiveInfinity, nan = float.NaN;
        float[][] rows =
        [
            [1, 2, 3], [3, 2, 1], [2, 2, 1], [1, 2, 2], [0, -0f, -1], [-0f, 0, -1], [inf, inf, 0], [-inf, -inf, -inf], [-inf, -1, -inf],
            [nan, 1, 2], [1, nan, 2], [2, 1, nan], [inf, nan, 3], [nan, nan, inf], [1, nan, nan],
        ];
        using Tensor logits = tensor(rows.SelectMany(row => row).ToArray()).view(rows.Length, 3), greatest = logits.argmax(1);
        float* gradients = stackalloc float[3];
        for (int row = 0; row < rows.Length; row++)
        {
            for (long label = 0; label < 3; label++)
            {
                fixed (float* values = rows[row])
                {
                    int hits = SoftmaxCrossEntropy.Backward((1, 3, 3), values, &label, 0, 1, gradients).Hits;
                    Assert.True(hits == (greatest[row].item<long>() == label ? 1 : 0), $"Row {row}, label {label}: found {hits}.");
                }
            }
        }
    }
}
