using MnistCnn.Serialization;

namespace MnistCnn.Tests.Serialization;

public sealed class SafetensorsTensorTests
{
    [Fact]
    public void The_element_type_follows_from_the_array()
    {
        Assert.Equal(SafetensorsType.F64, SafetensorsTensor.Create<double>([1]).Type);
        Assert.Equal(SafetensorsType.F32, SafetensorsTensor.Create<float>([1]).Type);
        Assert.Equal(SafetensorsType.F16, SafetensorsTensor.Create<Half>([(Half)1]).Type);
        Assert.Equal(SafetensorsType.I64, SafetensorsTensor.Create<long>([1]).Type);
        Assert.Equal(SafetensorsType.I32, SafetensorsTensor.Create<int>([1]).Type);
        Assert.Equal(SafetensorsType.I16, SafetensorsTensor.Create<short>([1]).Type);
        Assert.Equal(SafetensorsType.I8, SafetensorsTensor.Create<sbyte>([1]).Type);
        Assert.Equal(SafetensorsType.U8, SafetensorsTensor.Create<byte>([1]).Type);
        Assert.Equal(SafetensorsType.Bool, SafetensorsTensor.Create<bool>([true]).Type);
        Assert.Throws<ArgumentException>(() => SafetensorsTensor.Create<decimal>([1]));
    }

    [Fact]
    public void Elements_come_back_as_they_went_in()
    {
        SafetensorsTensor tensor = SafetensorsTensor.Create<int>([1, -2, 3, 4, 5, 6], 2, 3);
        Assert.Equal([2, 3], tensor.Shape);
        Assert.Equal(6, tensor.Count);
        Assert.Equal([1, -2, 3, 4, 5, 6], tensor.ToArray<int>());
        Assert.Throws<InvalidOperationException>(() => tensor.ToArray<float>());
        Assert.Throws<InvalidOperationException>(() => tensor.ToSingles());
    }

    [Fact]
    public void Every_floating_point_type_converts_to_single()
    {
        Assert.Equal([1.5f, -2f], SafetensorsTensor.Create<double>([1.5, -2]).ToSingles());
        Assert.Equal([1.5f, -2f], SafetensorsTensor.Create<float>([1.5f, -2]).ToSingles());
        Assert.Equal([1.5f, -2f], SafetensorsTensor.Create<Half>([(Half)1.5, (Half)(-2)]).ToSingles());
        Assert.Equal([1.5f, -2f], new SafetensorsTensor(SafetensorsType.BF16, [2], new byte[] { 0xC0, 0x3F, 0x00, 0xC0 }).ToSingles());
    }

    [Theory]
    [InlineData(new long[] { 3 }, 11)]
    [InlineData(new long[] { -1 }, 4)]
    [InlineData(new long[] { long.MaxValue, long.MaxValue }, 4)]
    public void Bytes_that_do_not_fit_the_shape_are_refused(long[] shape, int length) =>
        Assert.Throws<ArgumentException>(() => new SafetensorsTensor(SafetensorsType.F32, shape, new byte[length]));

    [Fact]
    public void The_first_number_that_is_not_finite_is_found_in_every_type()
    {
        Assert.Equal(1, Index(SafetensorsTensor.Create<double>([1, double.NaN])));
        Assert.Equal(2, Index(SafetensorsTensor.Create<float>([1, float.MaxValue, float.NegativeInfinity])));
        Assert.Equal(0, Index(SafetensorsTensor.Create<Half>([Half.PositiveInfinity])));
        Assert.Equal(1, Index(new SafetensorsTensor(SafetensorsType.BF16, [2], new byte[] { 0xC0, 0x3F, 0x80, 0x7F })));
        Assert.Equal(-1, Index(SafetensorsTensor.Create<float>([0, -0f, float.Epsilon, float.MaxValue])));
        Assert.Equal(-1, Index(SafetensorsTensor.Create<int>([-1])));

        static long Index(SafetensorsTensor tensor) => SafetensorsElements.IndexOfNonFinite(tensor.Type, tensor.Data.Span);
    }
}
