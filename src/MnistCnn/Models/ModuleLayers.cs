using MnistCnn.Networks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistCnn.Models;

/// <summary>Finds the layers of a module: of a <see cref="Sequential"/> and those inside it, or as <see cref="IDescribesNetwork"/> says.</summary>
internal static class ModuleLayers
{
    /// <summary>The layers in order, and the modules around them; null where the module does not say.</summary>
    public static List<nn.Module<Tensor, Tensor>>? Find(nn.Module<Tensor, Tensor> module, List<nn.Module<Tensor, Tensor>>? around = null)
    {
        around?.Add(module);
        if (module is IDescribesNetwork described)
        {
            return [.. described.Layers];
        }

        if (module.GetType() != typeof(Sequential))
        {
            return null;
        }

        List<nn.Module<Tensor, Tensor>> layers = [];
        foreach ((_, nn.Module child) in module.named_children())
        {
            if (child is not nn.Module<Tensor, Tensor> layer)
            {
                return null;
            }

            layers.AddRange(layer is Sequential && Find(layer, around) is { } inner ? inner : [layer]);
        }

        return layers;
    }

    /// <summary>Describes the layers of a module.</summary>
    /// <param name="module">The module.</param>
    /// <param name="layers">Its layers.</param>
    /// <param name="input">One image.</param>
    /// <param name="reason">Where they cannot be described, why; else null.</param>
    public static NetworkDescription? Describe(nn.Module<Tensor, Tensor> module, IReadOnlyList<nn.Module<Tensor, Tensor>> layers, MapShape input,
        out string? reason)
    {
        reason = layers.Count == 0 ? "it has no layers" : null;
        Dictionary<nn.Module, string> names = new(ReferenceEqualityComparer.Instance);
        foreach ((string name, nn.Module inner) in module.named_modules())
        {
            names.TryAdd(inner, name);
        }

        List<LayerDescription> descriptions = [];
        HashSet<nn.Module> seen = new(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < layers.Count && reason is null; i++)
        {
            bool hasParameters = LayerModules.ParametersOf(layers[i]).Any();
            string name = names.TryGetValue(layers[i], out string? registered) ? registered : $"layer{i}";
            if (hasParameters && registered is null)
            {
                reason = $"layer {i} ({layers[i].GetType().Name}) has parameters and is not registered in {module.GetType().Name}";
            }
            else if (!seen.Add(layers[i]) && hasParameters)
            {
                reason = $"layer '{name}' stands in it twice";
            }
            else if (LayerModules.Describe(name, layers[i], out reason) is { } description)
            {
                descriptions.Add(description);
            }
        }

        try
        {
            return reason is null ? new NetworkDescription(input, descriptions) : null;
        }
        catch (ArgumentException e)
        {
            reason = e.Message;
            return null;
        }
    }

    /// <summary>Whether the layers, one after another, give what <c>forward</c> gives for noise.</summary>
    public static bool AgreeWithForward(nn.Module<Tensor, Tensor> module, IReadOnlyList<nn.Module<Tensor, Tensor>> layers, MapShape input)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        bool isTraining = module.training;
        bool[] areTraining = [.. layers.Select(layer => layer.training)];
        module.eval();
        try
        {
            using Generator generator = new(1);
            Tensor images = rand([2, input.Channels, input.Height, input.Width], generator: generator), output = images;
            foreach (nn.Module<Tensor, Tensor> layer in layers)
            {
                layer.eval();
                output = layer.call(output);
            }

            Tensor expected = module.forward(images);
            return expected.shape.SequenceEqual(output.shape) && expected.allclose(output, rtol: 1e-4, atol: 1e-5, equal_nan: true);
        }
        finally
        {
            module.train(isTraining);
            for (int i = 0; i < layers.Count; i++)
            {
                layers[i].train(areTraining[i]);
            }
        }
    }
}
