using CsCheck;
using MnistCnn.Data;

namespace MnistCnn.Tests.Data;

public sealed class Crc32Tests
{
    [Fact]
    public void The_check_value_of_the_standard_comes_out() => Assert.Equal(0xCBF43926, Crc32.Append(0, "123456789"u8));

    [Fact]
    public void Folding_agrees_with_the_table_for_every_length_and_for_parts() =>
        Gen.Select(Gen.Byte.Array[0, 700], Gen.Double[0, 1]).Sample((data, where) =>
        {
            int cut = (int)(where * data.Length);
            uint expected = ~Crc32.AppendByTable(~0u, data);
            return Crc32.Append(0, data) == expected && Crc32.Append(Crc32.Append(0, data.AsSpan(0, cut)), data.AsSpan(cut)) == expected;
        });
}
