using TorchSharp;

namespace MnistCnn.Tests;

public sealed class DeviceSelectorTests
{
    private static readonly FakeProbe NoGpu = new(0, false);
    private static readonly FakeProbe TwoGpus = new(2, false);

    [Fact]
    public void Auto_falls_back_to_the_CPU_and_says_why()
    {
        DeviceSelection selection = DeviceSelector.Select(DevicePreference.Auto, 0, NoGpu);
        Assert.Equal(DeviceType.CPU, selection.Device.type);
        Assert.Contains("CUDA is not available", selection.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Auto_takes_the_GPU_that_was_asked_for_where_there_are_several()
    {
        DeviceSelection selection = DeviceSelector.Select(DevicePreference.Auto, 1, TwoGpus);
        Assert.Equal((DeviceType.CUDA, 1), (selection.Device.type, selection.Device.index));
        Assert.Equal("CUDA is available: device 1 of 2.", selection.Reason);
    }

    [Theory]
    [InlineData("cpu", DeviceType.CPU, -1)]
    [InlineData("CPU", DeviceType.CPU, -1)]
    [InlineData("auto", DeviceType.CUDA, 0)]
    [InlineData("cuda", DeviceType.CUDA, 0)]
    [InlineData("cuda:1", DeviceType.CUDA, 1)]
    public void A_device_is_parsed_by_name(string text, DeviceType type, int index)
    {
        torch.Device device = DeviceSelector.Parse(text, TwoGpus).Device;
        Assert.Equal((type, index), (device.type, device.index));
    }

    [Theory]
    [InlineData("")]
    [InlineData("gpu")]
    [InlineData("1")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("cuda:1:2")]
    [InlineData("cpu:0")]
    public void Another_name_is_refused_with_the_names_that_are_known(string text)
    {
        FormatException e = Assert.Throws<FormatException>(() => DeviceSelector.Parse(text, TwoGpus));
        Assert.Equal($"Device: expected 'auto', 'cpu', 'cuda', 'cuda:N' or 'mps', found '{text}'.", e.Message);
    }

    [Fact]
    public void CUDA_asked_for_and_absent_is_an_error_that_says_why()
    {
        DeviceNotAvailableException e = Assert.Throws<DeviceNotAvailableException>(() => DeviceSelector.Parse("cuda", NoGpu));
        Assert.Contains("expected a CUDA device, found none", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MPS_asked_for_and_absent_is_an_error_and_present_is_taken()
    {
        Assert.Throws<DeviceNotAvailableException>(() => DeviceSelector.Parse("mps", NoGpu));
        Assert.Equal(DeviceType.MPS, DeviceSelector.Parse("mps", new FakeProbe(0, true)).Device.type);
    }

    [Fact]
    public void An_index_beyond_the_devices_is_refused_with_their_number()
    {
        ArgumentOutOfRangeException e = Assert.Throws<ArgumentOutOfRangeException>(() => DeviceSelector.Parse("cuda:2", TwoGpus));
        Assert.Contains("expected a CUDA index below 2, the number of devices, found 2", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_real_machine_gets_a_device() => Assert.NotEmpty(DeviceSelector.Select().Reason);

    private sealed record FakeProbe(int CudaDeviceCount, bool IsMpsAvailable) : IDeviceProbe;
}
