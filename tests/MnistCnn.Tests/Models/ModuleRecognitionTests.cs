using MnistCnn.Models;
using MnistCnn.Networks;
using MnistCnn.Tests.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MnistCnn.Tests.Models;

/// <summary>Which modules the engine runs, and what it says of the others.</summary>
public sealed class ModuleRecognitionTests
{
    public static TheoryData<string, string> Refused => new()
    {
        { "groups", "layer '0' (Conv2d) is none that the engine has" },
        { "dilation", "layer '0' (Conv2d) is none that the engine has" },
        { "oblong", "layer '0' (Conv2d) is none that the engine has" },
        { "ceil", "layer '1' (MaxPool2d) is none that the engine has" },
        { "tanh", "layer '1' (Tanh) is none that the engine has" },
        { "twice", "layer '1' stands in it twice" },
        { "flat norm", "layer '1' follows a map that was made a vector" },
        { "no flatten", "Layer '0': expected a vector of 784, found [1, 28, 28]." },
        { "derived", "DerivedNetwork does not say of which layers it is made" },
        { "lying", "the layers that LyingNetwork describes give another output than its forward" },
        { "hidden", "layer 1 (Linear) has parameters and is not registered in HiddenNetwork" },
        { "double", "a parameter is Float64 on cpu, not Float32 on the CPU" },
        { "eval", "a layer of type Dropout is in eval mode" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_the_engine_cannot_run_is_left_to_libtorch_and_the_reason_is_given(string kind, string reason)
    {
        using nn.Module<Tensor, Tensor> module = Create(kind);
        EngineModule.Of(module, new MapShape(1, 28, 28), training: true, out string? found);
        Assert.Equal(reason, found);
    }

    [Fact]
    public void A_module_of_ones_own_that_describes_its_layers_runs_on_the_engine()
    {
        using HonestNetwork model = new();
        ListLogger logger = new();
        new Trainer(new TrainerOptions { Epochs = 1, Device = CPU }, [], logger)
            .Fit(model, new SyntheticDigits(100, seed: 1), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Contains("Steps run on the engine", logger.Lines);
    }

    [Fact]
    public void A_layer_that_is_changed_between_two_runs_is_read_anew()
    {
        TorchSharp.Modules.Dropout dropout = nn.Dropout(0.5);
        using nn.Module<Tensor, Tensor> model = nn.Sequential(nn.Flatten(), dropout, nn.Linear(784, 10));
        EngineModule? first = EngineModule.Of(model, new(1, 28, 28), training: true, out string? none);
        Assert.Null(none);
        dropout.p = 0.25;
        Assert.Equal("layer '1' is no longer what it was", first!.Obstacle(training: true));
        EngineModule? second = EngineModule.Of(model, new(1, 28, 28), training: true, out none);
        Assert.Null(none);
        Assert.Equal(0.25, Assert.IsType<DropoutDescription>(second!.Plan.Description.Layers[1]).Probability);
    }

    [Fact]
    public void A_summary_counts_parameters_and_multiplications_as_by_hand()
    {
        using nn.Module<Tensor, Tensor> model = nn.Sequential(
            ("conv", nn.Conv2d(1, 6, 5, padding: 2)), ("relu", nn.ReLU()), ("pool", nn.MaxPool2d(2)), ("norm", nn.BatchNorm2d(6)), ("flatten", nn.Flatten()),
            ("fc", nn.Linear(1176, 10, hasBias: false)));
        Assert.Equal(
            [
                new LayerSummary("conv", "Conv2d", "[6, 28, 28]", 156, 117_600), new LayerSummary("relu", "ReLU", "[6, 28, 28]", 0, 0),
                new LayerSummary("pool", "MaxPool2d", "[6, 14, 14]", 0, 0),
                new LayerSummary("norm", "BatchNorm2d", "[6, 14, 14]", 12, 0), new LayerSummary("flatten", "Flatten", "[1176]", 0, 0),
                new LayerSummary("fc", "Linear", "[10]", 11_760, 11_760),
            ],
            model.Summarize());
    }

    private static nn.Module<Tensor, Tensor> Create(string kind)
    {
        TorchSharp.Modules.Linear linear = nn.Linear(784, 784);
        return kind switch
        {
            "groups" => nn.Sequential(nn.Conv2d(2, 2, 3, groups: 2), nn.Flatten(), nn.Linear(1352, 10)),
            "dilation" => nn.Sequential(nn.Conv2d(1, 2, 3, dilation: 2), nn.Flatten(), nn.Linear(1152, 10)),
            "oblong" => nn.Sequential(nn.Conv2d(1, 2, (3, 5)), nn.Flatten(), nn.Linear(1248, 10)),
            "ceil" => nn.Sequential(nn.Conv2d(1, 2, 3), nn.MaxPool2d(3, ceil_mode: true), nn.Flatten(), nn.Linear(162, 10)),
            "tanh" => nn.Sequential(nn.Flatten(), nn.Tanh(), nn.Linear(784, 10)),
            "twice" => nn.Sequential(nn.Flatten(), linear, linear),
            "flat norm" => nn.Sequential(nn.Flatten(), nn.BatchNorm1d(784), nn.Linear(784, 10)),
            "no flatten" => nn.Sequential(nn.Linear(784, 10)),
            "derived" => new DerivedNetwork(),
            "lying" => new LyingNetwork(),
            "hidden" => new HiddenNetwork(),
            "double" => nn.Sequential(nn.Flatten(), nn.Linear(784, 10)).to(ScalarType.Float64),
            _ => Frozen(),
        };
    }

    private static nn.Module<Tensor, Tensor> Frozen()
    {
        TorchSharp.Modules.Dropout dropout = nn.Dropout(0.5);
        nn.Module<Tensor, Tensor> model = nn.Sequential(nn.Flatten(), dropout, nn.Linear(784, 10));
        dropout.eval();
        return model;
    }

    private sealed class DerivedNetwork() : TorchSharp.Modules.Sequential(nn.Flatten(), nn.Linear(784, 10));

    private class HonestNetwork : nn.Module<Tensor, Tensor>, IDescribesNetwork
    {
        private readonly nn.Module<Tensor, Tensor> flatten = nn.Flatten(), relu = nn.ReLU();
        private readonly TorchSharp.Modules.Linear hidden = nn.Linear(784, 32), last = nn.Linear(32, 10);

        public HonestNetwork()
            : base(nameof(HonestNetwork)) => RegisterComponents();

        public virtual IEnumerable<nn.Module<Tensor, Tensor>> Layers => [flatten, hidden, relu, last];

        public override Tensor forward(Tensor input) => last.forward(nn.functional.relu(hidden.forward(input.flatten(1))));
    }

    private sealed class LyingNetwork : HonestNetwork
    {
        public override Tensor forward(Tensor input) => base.forward(input) * 2;
    }

    private sealed class HiddenNetwork() : nn.Module<Tensor, Tensor>(nameof(HiddenNetwork)), IDescribesNetwork
    {
        private readonly nn.Module<Tensor, Tensor>[] layers = [nn.Flatten(), nn.Linear(784, 10)];

        public IEnumerable<nn.Module<Tensor, Tensor>> Layers => layers;

        public override Tensor forward(Tensor input) => layers[1].call(input.flatten(1));
    }
}
