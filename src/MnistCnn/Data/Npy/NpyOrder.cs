namespace MnistCnn.Data;

/// <summary>Puts elements stored with the first dimension fastest (Fortran order) into C order, with the last dimension fastest.</summary>
internal static class NpyOrder
{
    public static T[] ToRowMajor<T>(T[] values, int[] shape, T[] result)
    {
        int rank = shape.Length;
        long[] strides = new long[rank];
        long stride = 1;
        for (int d = 0; d < rank; d++)
        {
            (strides[d], stride) = (stride, stride * shape[d]);
        }

        int[] index = new int[rank];
        long source = 0;
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = values[source];
            for (int d = rank - 1; d >= 0; d--)
            {
                source += strides[d];
                if (++index[d] < shape[d])
                {
                    break;
                }

                source -= strides[d] * shape[d];
                index[d] = 0;
            }
        }

        return result;
    }
}
