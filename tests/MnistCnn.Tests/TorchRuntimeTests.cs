using TorchSharp;

namespace MnistCnn.Tests;

public sealed class TorchRuntimeTests
{
    [Fact]
    public void Libtorch_loads_and_computes()
    {
        TorchRuntime.EnsureLoaded();
        Assert.Equal(3f, torch.ones(3).sum().item<float>());
    }

    [Fact]
    public void A_missing_libtorch_is_explained_by_the_packages_to_reference() =>
        Assert.Contains("Reference one of the packages TorchSharp-cpu", TorchRuntime.Explain("/app/libLibTorchSharp.so", null,
            "libtorch_cpu.so: cannot open shared object file"), StringComparison.Ordinal);

    [Fact]
    public void An_old_libstdcxx_is_explained_before_all_else()
    {
        string message = TorchRuntime.Explain("/app/libLibTorchSharp.so", null, "libstdc++.so.6: version `GLIBCXX_3.4.32' not found");
        Assert.Contains("needs a newer libstdc++", message, StringComparison.Ordinal);
        Assert.Contains("GLIBCXX_3.4.32", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_wrapper_names_the_platform() =>
        Assert.Contains(System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier, TorchRuntime.Explain(null, null, "not found"),
            StringComparison.Ordinal);

    [Fact]
    public void Anything_else_repeats_what_the_loader_said() =>
        Assert.Contains("bad magic", TorchRuntime.Explain("/app/libLibTorchSharp.so", "/app/libtorch_cpu.so", "bad magic"), StringComparison.Ordinal);
}
