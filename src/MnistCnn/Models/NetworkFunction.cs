using static TorchSharp.torch;

namespace MnistCnn.Models;

/// <summary>
/// The whole network as one function of autograd: arguments are images, the parameters in order, and the <see cref="NetworkCall"/>. Where the gradients must be
/// differentiable themselves, the backward pass runs libtorch's operations instead.
/// </summary>
internal sealed class NetworkFunction : autograd.SingleTensorFunction<NetworkFunction>
{
    private const string Call = nameof(Call);

    /// <inheritdoc/>
    public override string Name => nameof(NetworkFunction);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        NetworkCall call = (NetworkCall)vars[^1];
        List<Tensor> tensors = [.. vars.OfType<Tensor>()];
        ctx.save_data(Call, call);
        ctx.save_for_backward(tensors);
        return call.Kernels.Forward(call, tensors[0], [.. tensors.Skip(1)]);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        NetworkCall call = (NetworkCall)ctx.get_data(Call);
        List<Tensor> saved = ctx.get_saved_variables();
        if (is_grad_enabled())
        {
            return [.. Differentiable(saved, grad_output), null!];
        }

        List<Tensor?> gradients = call.Kernels.Backward(call, saved[0], [.. saved.Skip(1)], grad_output);
        saved.ForEach(tensor => tensor.Dispose());
        return [.. gradients.Select(gradient => gradient!), null!];
    }

    private static IEnumerable<Tensor> Differentiable(List<Tensor> saved, Tensor gradient)
    {
        Tensor logits = CnnClassifier.Logits(saved[0], [.. saved.Skip(1)]);
        Queue<Tensor> gradients = new(autograd.grad([logits], [.. saved.Where(t => t.requires_grad)], [gradient], retain_graph: true, create_graph: true));
        return [.. saved.Select(t => t.requires_grad ? gradients.Dequeue() : null!)];
    }
}
