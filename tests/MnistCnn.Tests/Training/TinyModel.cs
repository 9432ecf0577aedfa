using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistCnn.Tests.Training;

/// <summary>One linear layer, with whatever a test wants between it and the images: the smallest model that learns.</summary>
internal sealed class TinyModel : nn.Module<Tensor, Tensor>
{
    private readonly Linear linear;
    private readonly Dropout dropout;

    public TinyModel(int classes = 10, double dropout = 0, int seed = 1, int pixels = 784)
        : base(nameof(TinyModel))
    {
        linear = nn.Linear(pixels, classes);
        this.dropout = nn.Dropout(dropout);
        RegisterComponents();
        using Generator generator = new((ulong)seed);
        using IDisposable noGradient = no_grad();
        linear.weight!.uniform_(-0.03, 0.03, generator);
        linear.bias!.zero_();
    }

    /// <summary>Sees the images of each batch.</summary>
    public Action<Tensor>? OnInput { get; set; }

    /// <summary>Sees each batch and may replace its logits.</summary>
    public Func<Tensor, Tensor>? OnForward { get; set; }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        OnInput?.Invoke(input);
        Tensor logits = linear.forward(dropout.forward(input.flatten(1)));
        return (OnForward?.Invoke(logits) ?? logits).MoveToOuterDisposeScope();
    }
}
