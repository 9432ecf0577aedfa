using TorchSharp;

namespace MnistCnn.Tests;

public sealed class NativeLibraryTests
{
    [Fact]
    public void Libtorch_loads_and_computes() => Assert.Equal(3f, torch.ones(3).sum().item<float>());
}
