using System.Collections;
using System.Reflection;
using static TorchSharp.torch;

namespace MnistCnn.Models;

/// <summary>Whether anybody registered forward hooks on a layer, which TorchSharp knows but does not tell.</summary>
internal static class LayerHooks
{
    private static readonly FieldInfo[] Fields = [.. new[] { "pre_hooks", "post_hooks", "module_pre_hooks", "module_post_hooks" }
        .Select(name => typeof(nn.Module<Tensor, Tensor>).BaseType?.GetField(name, BindingFlags.Instance | BindingFlags.NonPublic)).OfType<FieldInfo>()];

    public static bool Any(nn.Module<Tensor, Tensor> layer)
    {
        foreach (FieldInfo field in Fields)
        {
            if (field.GetValue(layer) is ICollection { Count: > 0 })
            {
                return true;
            }
        }

        return false;
    }
}
