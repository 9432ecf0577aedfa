using MnistCnn.Serialization;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MnistCnn.Tests.Serialization;

public sealed class SafetensorsModuleTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Module<Tensor, Tensor> module = Network();

    public void Dispose()
    {
        module.Dispose();
        folder.Dispose();
    }

    private static Module<Tensor, Tensor> Network() => Sequential(("conv", Conv2d(1, 2, 3)), ("norm", BatchNorm2d(2)), ("out", Linear(8, 3)));

    private static string Hash(Module module) =>
        string.Join("\n", ModuleState.Capture(module).OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => p.Key + Convert.ToHexString(p.Value.Data.Span)));

    private string Write(Dictionary<string, SafetensorsTensor> tensors)
    {
        new SafetensorsFile(tensors).Save(folder["edited"]);
        return folder["edited"];
    }

    private CheckpointFormatException Refused(Dictionary<string, SafetensorsTensor> tensors, SafetensorsLoadOptions? options = null)
    {
        string path = Write(tensors);
        string before = Hash(module);
        CheckpointFormatException e = Assert.Throws<CheckpointFormatException>(() => module.LoadSafetensors(path, options));
        Assert.Equal(before, Hash(module));
        Assert.Equal(path, e.Path);
        return e;
    }

    [Fact]
    public void Parameters_and_buffers_of_any_module_come_back_bit_for_bit()
    {
        using Module<Tensor, Tensor> other = Network();
        module.SaveSafetensors(folder["a"], new Dictionary<string, string> { ["note"] = "ü" });
        Assert.NotEqual(Hash(module), Hash(other));
        Assert.Equal("ü", other.LoadSafetensors(folder["a"])["note"]);
        Assert.Equal(Hash(module), Hash(other));
        other.SaveSafetensors(folder["b"], new Dictionary<string, string> { ["note"] = "ü" });
        Assert.Equal(File.ReadAllBytes(folder["a"]), File.ReadAllBytes(folder["b"]));
        Assert.Contains("norm.num_batches_tracked", SafetensorsFile.Load(folder["a"]).Tensors.Keys);
    }

    [Fact]
    public void A_load_writes_into_the_same_tensors_and_keeps_their_gradients_switched_on()
    {
        Tensor weight = module.state_dict()["out.weight"];
        module.SaveSafetensors(folder["a"]);
        using (no_grad())
        {
            weight.zero_();
        }

        module.LoadSafetensors(folder["a"]);
        Assert.NotEqual(0, weight.abs().sum().item<float>());
        Assert.True(weight.requires_grad);
        Assert.True(weight.is_leaf);
    }

    [Fact]
    public void Nothing_is_left_alive_by_a_save_and_a_load()
    {
        module.SaveSafetensors(folder["a"]);
        module.LoadSafetensors(folder["a"]);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        module.SaveSafetensors(folder["a"]);
        module.LoadSafetensors(folder["a"]);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Missing_extra_and_misshapen_tensors_are_all_named_at_once()
    {
        Dictionary<string, SafetensorsTensor> tensors = ModuleState.Capture(module);
        tensors.Remove("conv.bias");
        tensors["extra"] = SafetensorsTensor.Create<byte>([1]);
        tensors["out.weight"] = SafetensorsTensor.Create<float>(new float[24], 8, 3);
        tensors["out.bias"] = SafetensorsTensor.Create<double>(new double[3]);
        string message = Refused(tensors).Message;
        Assert.Contains("'conv.bias': expected [2], found no such tensor", message, StringComparison.Ordinal);
        Assert.Contains("'extra': expected no such tensor, found U8 [1]", message, StringComparison.Ordinal);
        Assert.Contains("'out.weight': expected F32 [3,8], found F32 [8,3]", message, StringComparison.Ordinal);
        Assert.Contains("'out.bias': expected F32 [3], found F64 [3]", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void Numbers_that_are_not_finite_are_refused_unless_asked_for(float bad)
    {
        Dictionary<string, SafetensorsTensor> tensors = ModuleState.Capture(module);
        tensors["out.bias"] = SafetensorsTensor.Create<float>([0, bad, 0]);
        Assert.Contains("'out.bias': expected finite numbers, found", Refused(tensors).Message, StringComparison.Ordinal);
        module.LoadSafetensors(folder["edited"], new SafetensorsLoadOptions { AllowNonFinite = true });
        Assert.Equal(bad, module.state_dict()["out.bias"][1].item<float>());
    }

    [Fact]
    public void Options_allow_conversion_extra_and_missing_tensors()
    {
        Dictionary<string, SafetensorsTensor> tensors = ModuleState.Capture(module);
        tensors.Remove("conv.bias");
        tensors["extra"] = SafetensorsTensor.Create<byte>([1]);
        tensors["out.bias"] = SafetensorsTensor.Create<Half>([(Half)0.5, (Half)1, (Half)(-2)]);
        string path = Write(tensors);
        SafetensorsLoadOptions options = new() { ConvertFloatingPoint = true, AllowExtra = true, AllowMissing = true };
        Refused(tensors, options with { ConvertFloatingPoint = false });
        Refused(tensors, options with { AllowExtra = false });
        Refused(tensors, options with { AllowMissing = false });
        module.LoadSafetensors(path, options);
        Assert.Equal([0.5f, 1f, -2f], module.state_dict()["out.bias"].data<float>().ToArray());
        tensors["norm.num_batches_tracked"] = SafetensorsTensor.Create<int>([1], []);
        Refused(tensors, options);
    }

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Int64)]
    [InlineData(ScalarType.Int32)]
    [InlineData(ScalarType.Int16)]
    [InlineData(ScalarType.Int8)]
    [InlineData(ScalarType.Byte)]
    [InlineData(ScalarType.Bool)]
    public void A_tensor_of_every_type_and_layout_survives_the_way_there_and_back(ScalarType type)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor original = arange(0, 6).reshape(2, 3).t().to_type(type);
        Tensor back = TorchTensors.Create(TorchTensors.Copy(original));
        Assert.Equal(type, back.dtype);
        Assert.Equal([3L, 2L], back.shape);
        Assert.True(original.eq(back).all().item<bool>());
        Tensor scalar = TorchTensors.Create(TorchTensors.Copy(original[1, 1]));
        Assert.Empty(scalar.shape);
        Assert.Equal([0L, 2L], TorchTensors.Create(TorchTensors.Copy(zeros(0, 2).to_type(type))).shape);
    }
}
