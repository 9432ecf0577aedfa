using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>Whether a model takes the images of a data set and knows its labels: found out before a step, where libtorch would fail in its own words.</summary>
internal static class ModelChecks
{
    /// <exception cref="ArgumentException">The model rejects the images, its output is not [N, classes], or a label is not one of its classes.</exception>
    /// <returns>The number of classes of the model.</returns>
    public static long ThrowIfUnfit(nn.Module<Tensor, Tensor> model, IMnistDataset data, Device device, string name)
    {
        long classes = CountClasses(model, data, device, name);
        for (int i = 0; i < data.Count; i++)
        {
            if (data.GetLabel(i) >= classes)
            {
                throw new ArgumentException($"Label of image {i}: expected 0 to {classes - 1}, as the model has {classes} classes, found {data.GetLabel(i)}.",
                    name);
            }
        }

        return classes;
    }

    /// <exception cref="ArgumentException">The model rejects the images, or its output is not [N, classes].</exception>
    public static long CountClasses(nn.Module<Tensor, Tensor> model, IMnistDataset data, Device device, string name)
    {
        bool mode = model.training;
        model.eval();
        using IDisposable noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        try
        {
            long[] shape = model.forward(zeros([2, 1, data.Height, data.Width], device: device)).shape;
            return shape is [2, > 0]
                ? shape[1]
                : throw new ArgumentException(
                    $"Model: expected an output [2, classes] for images [2, 1, {data.Height}, {data.Width}], found [{string.Join(", ", shape)}].", name);
        }
        catch (Exception e) when (e is ExternalException or InvalidOperationException)
        {
            throw new ArgumentException($"Model: expected one that takes images [2, 1, {data.Height}, {data.Width}] of the data set, but it fails on them: "
                + $"{e.Message.Split('\n')[0]}", name, e);
        }
        finally
        {
            model.train(mode);
        }
    }
}
