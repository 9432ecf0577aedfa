namespace MnistCnn.Tests.Docs;

public sealed class DeviceSnippets
{
    [Fact]
    public void A_device_is_chosen_and_says_why()
    {
        // snippet: device
        DeviceSelection selection = DeviceSelector.Parse("auto"); // or cpu, cuda, cuda:1, mps
        string line = selection.ToString(); // cpu: CUDA is not available: this libtorch sees no CUDA device.
        TrainerOptions options = new() { Device = selection.Device, Threads = 2 };
        // end
        Assert.NotEmpty(line);
        Assert.Equal(2, options.Threads);
    }
}
