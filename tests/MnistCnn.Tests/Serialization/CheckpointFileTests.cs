using System.Text;
using MnistCnn.Serialization;

namespace MnistCnn.Tests.Serialization;

public sealed class CheckpointFileTests
{
    private static readonly CheckpointFile Sample = new(
        new Dictionary<string, SafetensorsTensor>
        {
            ["model.w"] = SafetensorsTensor.Create<float>([1, 2, 3], 3),
            ["model.flag"] = SafetensorsTensor.Create<bool>([true]),
            ["optimizer.step"] = SafetensorsTensor.Create<long>([7]),
        },
        new Dictionary<string, string> { ["epoch"] = "3", ["rate"] = "0.00025", ["optimizer"] = "adam" });

    private static CheckpointFile Read(byte[] bytes) => CheckpointFile.Read(new MemoryStream(bytes), "last.ckpt");

    [Fact]
    public void Tensors_and_values_come_back()
    {
        CheckpointFile read = Read(RawSafetensors.Bytes(Sample));
        Assert.Equal(Sample.Values, read.Values);
        Assert.Equal(Sample.Tensors.Keys.Order(StringComparer.Ordinal), read.Tensors.Keys.Order(StringComparer.Ordinal));
        Assert.Equal([1, 2, 3], read.TensorsOf("model.")["w"].ToArray<float>());
        Assert.Equal(3, read.RequireInt64("epoch"));
        Assert.Equal(0.00025, read.RequireDouble("rate"));
    }

    [Fact]
    public void Equal_contents_give_equal_bytes_in_a_valid_safetensors_file()
    {
        byte[] bytes = RawSafetensors.Bytes(Sample);
        Assert.Equal(bytes, RawSafetensors.Bytes(Read(bytes)));
        Assert.Equal(3, RawSafetensors.Read(bytes).Tensors.Count);
    }

    [Fact]
    public void Every_flipped_bit_is_noticed()
    {
        byte[] bytes = RawSafetensors.Bytes(Sample);
        for (int bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<CheckpointFormatException>(() => Read(bytes));
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Read(bytes);
    }

    [Fact]
    public void A_checkpoint_cut_anywhere_or_with_bytes_after_it_is_refused()
    {
        byte[] bytes = RawSafetensors.Bytes(Sample);
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.Throws<CheckpointFormatException>(() => Read(bytes[..length]));
        }

        Assert.Throws<CheckpointFormatException>(() => Read([.. bytes, 0]));
    }

    [Fact]
    public void Version_99_is_named_as_a_newer_format()
    {
        string text = Encoding.Latin1.GetString(RawSafetensors.Bytes(Sample));
        byte[] newer = Encoding.Latin1.GetBytes(text.Replace("\"!version\":\"1\"", "\"!version\":\"99\"", StringComparison.Ordinal)
            .Replace("}}  ", "}} ", StringComparison.Ordinal));
        Assert.Contains("newer format 99", Assert.Throws<CheckpointFormatException>(() => Read(newer)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_without_the_digest_are_no_checkpoint()
    {
        byte[] bytes = RawSafetensors.Bytes(new SafetensorsFile(Sample.Tensors));
        Assert.Contains("expected a training checkpoint", Assert.Throws<CheckpointFormatException>(() => Read(bytes)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_and_wrong_values_are_named()
    {
        CheckpointFile read = Read(RawSafetensors.Bytes(Sample));
        Assert.Equal("'last.ckpt': expected a value 'seed', found none.", Assert.Throws<CheckpointFormatException>(() => read.RequireInt64("seed")).Message);
        Assert.Throws<CheckpointFormatException>(() => read.RequireInt64("rate"));
        Assert.Throws<CheckpointFormatException>(() => read.RequireDouble("optimizer"));
        Assert.Equal("'last.ckpt': optimizer: expected 'sgd', found 'adam'.", Assert.Throws<CheckpointFormatException>(() =>
            read.RequireEqual("optimizer", "sgd")).Message);
    }

    [Fact]
    public void Names_of_the_container_itself_are_reserved()
    {
        CheckpointFile file = new(Sample.Tensors, new Dictionary<string, string> { ["!version"] = "1" });
        Assert.Throws<ArgumentException>(() => RawSafetensors.Bytes(file));
    }

    [Fact]
    public void A_checkpoint_goes_through_a_file()
    {
        using TemporaryFolder folder = new();
        Sample.Save(folder["last.ckpt"]);
        Assert.Equal(Sample.Values, CheckpointFile.Load(folder["last.ckpt"]).Values);
        Assert.Throws<CheckpointFormatException>(() => CheckpointFile.Load(folder.Root));
    }
}
