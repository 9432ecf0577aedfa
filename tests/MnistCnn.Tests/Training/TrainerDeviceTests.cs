using System.Collections.Concurrent;
using TorchSharp;

namespace MnistCnn.Tests.Training;

public sealed class TrainerDeviceTests
{
    [Theory]
    [InlineData("fit")]
    [InlineData("evaluate")]
    [InlineData("predict")]
    public void A_device_that_is_not_there_is_refused_before_anything_starts(string call)
    {
        Assert.SkipWhen(torch.cuda.is_available(), "A CUDA device is here.");
        using TinyModel model = new();
        RecordingCallback recorder = new();
        Trainer trainer = new(TrainingData.Options with { Device = new torch.Device(DeviceType.CUDA, 0) }, [recorder]);
        DeviceNotAvailableException thrown = Assert.Throws<DeviceNotAvailableException>(() => call switch
        {
            "fit" => (object)trainer.Fit(model, TrainingData.Train),
            "evaluate" => trainer.Evaluate(model, TrainingData.Train),
            _ => trainer.Predict(model, TrainingData.Train),
        });
        Assert.StartsWith("Device: expected a CUDA device, found none", thrown.Message, StringComparison.Ordinal);
        Assert.Empty(recorder.Hooks);
        Assert.True(model.training);
    }

    [Theory]
    [InlineData(DeviceType.CUDA, 2, 2, "expected a CUDA index below 2")]
    [InlineData(DeviceType.CUDA, 0, 0, "expected a CUDA device, found none")]
    [InlineData(DeviceType.MPS, 0, 2, "expected Metal Performance Shaders, found none")]
    [InlineData(DeviceType.CUDA, 1, 2, null)]
    [InlineData(DeviceType.CPU, 0, 0, null)]
    public void A_chosen_device_is_looked_for(DeviceType type, int index, int devices, string? problem)
    {
        torch.Device device = new(type, index);
        Exception? thrown = Record.Exception(() => Assert.Same(device, DeviceSelector.Check(device, new FakeProbe(devices)).Device));
        Assert.Equal(problem is null, thrown is null);
        Assert.True(problem is null || (thrown is DeviceNotAvailableException && thrown.Message.Contains(problem, StringComparison.Ordinal)), thrown?.Message);
    }

    [Fact]
    public void The_device_and_the_reason_are_logged()
    {
        ListLogger logger = new();
        using TinyModel model = new();
        new Trainer(TrainingData.Options, logger: logger).Fit(model, TrainingData.Train);
        Assert.Equal("Device cpu: it was asked for.", logger.Lines[0]);
    }

    [Fact]
    public void An_evaluation_keeps_to_its_threads()
    {
        using TinyModel model = new();
        ThreadsOf data = new(new SyntheticDigits(2_000));
        new Trainer(TrainingData.Options).Evaluate(model, data);
        Assert.Equal([Environment.CurrentManagedThreadId], data.Threads.Distinct());
    }

    private sealed record FakeProbe(int CudaDeviceCount) : IDeviceProbe
    {
        public bool IsMpsAvailable => false;
    }

    /// <summary>Writes down which threads read images.</summary>
    private sealed class ThreadsOf(IMnistDataset inner) : IMnistDataset
    {
        public ConcurrentBag<int> Threads { get; } = [];

        public int Count => inner.Count;

        public int Height => inner.Height;

        public int Width => inner.Width;

        public IReadOnlyList<string> ClassNames => inner.ClassNames;

        public ReadOnlySpan<byte> GetImage(int index)
        {
            Threads.Add(Environment.CurrentManagedThreadId);
            return inner.GetImage(index);
        }

        public byte GetLabel(int index) => inner.GetLabel(index);
    }
}
