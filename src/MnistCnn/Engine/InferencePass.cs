using MnistCnn.Kernels;

namespace MnistCnn.Engine;

/// <summary>
/// Forward passes of which nothing is kept. One caller at a time; allocates nothing once each thread has run. What an image gives depends neither on the
/// threads nor on the other images.
/// </summary>
internal sealed unsafe class InferencePass
{
    /// <summary>Images that a thread takes at a time: enough to pay for reading the largest matrix once.</summary>
    private const int Slice = 64;

    /// <summary>Images that pass through the maps together: their activations stay in the second-level cache.</summary>
    private const int Group = 24;

    private readonly NetworkPlan plan;
    private readonly Slot?[] slots;
    private readonly int firstLinear;
    private readonly Action<TeamItem> runItem;
    private Call call;

    /// <param name="plan">The network.</param>
    /// <param name="threads">Threads to use at most.</param>
    public InferencePass(NetworkPlan plan, int threads)
    {
        this.plan = plan;
        slots = new Slot?[Math.Max(1, threads)];
        firstLinear = plan.Layers.TakeWhile(layer => layer is not Linear).Count();
        runItem = RunItem;
    }

    /// <summary>Computes the output of the network, or its softmax where asked.</summary>
    /// <param name="weights">Weights.</param>
    /// <param name="images">Images.</param>
    /// <param name="count">How many.</param>
    /// <param name="results">[count, classes].</param>
    /// <param name="softmax">How to make probabilities of the output; its numbers as they are where null.</param>
    public void Run(NetworkWeights weights, ImageReader images, int count, float* results, SoftmaxOutput? softmax = null)
    {
        int least = (count + Slice - 1) / Slice, slices = (least + slots.Length - 1) / slots.Length * slots.Length, length = (count + slices - 1) / slices;
        call = new Call(weights, images, count, length, (nint)results, softmax);
        ThreadTeam.Run(slots.Length, [(count + length - 1) / length], runItem);
        call = default;
    }

    /// <summary>The softmax of one image's output, on the calling thread.</summary>
    public void RunOne(NetworkWeights weights, ImageReader images, float* probabilities, SoftmaxOutput softmax)
    {
        Slot slot = slots[0] ??= new Slot(plan, firstLinear);
        ReadImages(slot, images, 0, 1, 0);
        Forward(slot, weights, 0, plan.Layers.Count, 1, 0, isAlone: true);
        Write(slot, 0, 1, probabilities, softmax);
    }

    private void RunItem(TeamItem item)
    {
        int first = item.Index * call.Length, taken = Math.Min(call.Length, call.Count - first);
        Slot slot = slots[item.Thread] ??= new Slot(plan, firstLinear);
        for (int n = 0; n < taken; n += Group)
        {
            int group = Math.Min(Group, taken - n);
            ReadImages(slot, call.Images, first + n, group, firstLinear == 0 ? n : 0);
            Forward(slot, call.Weights, 0, firstLinear, group, n);
        }

        Forward(slot, call.Weights, firstLinear, plan.Layers.Count, taken, 0);
        Write(slot, first, taken, (float*)call.Results + (nint)first * plan.Description.Classes, call.Softmax);
    }

    private void ReadImages(Slot slot, ImageReader images, int first, int count, int place)
    {
        MapLayout map = plan.Maps[0];
        if (map.ImageStride == map.Shape.Length)
        {
            images(first, count, slot.Map(0) + (nint)place * map.ImageStride);
            return;
        }

        for (int n = 0; n < count; n++)
        {
            images(first + n, 1, slot.Scratch);
            map.Place(slot.Scratch, slot.Map(0) + (nint)(place + n) * map.ImageStride);
        }
    }

    /// <summary>Some layers. The last of those before the linear layers writes its output to where <paramref name="place"/> images are already.</summary>
    private void Forward(Slot slot, NetworkWeights weights, int first, int end, int count, int place, bool isAlone = false)
    {
        for (int l = first; l < end; l++)
        {
            plan.Layers[l].Forward(new LayerWork
            {
                Count = count,
                Parameters = weights.Values.Pointer,
                Prepared = weights.Prepared(l),
                Input = slot.Map(l),
                Output = slot.Map(l + 1) + (l + 1 == end ? (nint)place * plan.Maps[l + 1].ImageStride : 0),
                ImageMemory = slot.ImageMemory(l),
                Scratch = slot.Scratch,
                AreWeightsBounded = weights.AreBounded(l),
                IsAlone = isAlone,
            });
        }
    }

    private void Write(Slot slot, int first, int count, float* results, SoftmaxOutput? softmax)
    {
        int classes = plan.Description.Classes;
        for (int n = 0; n < count; n++, results += classes)
        {
            float* output = slot.Map(plan.Layers.Count) + (nint)n * plan.Maps[^1].ImageStride;
            if (softmax is { } probabilities)
            {
                float energy = SoftmaxCrossEntropy.Softmax(classes, output, results, probabilities.Temperature);
                if (probabilities.Energies != 0)
                {
                    ((float*)probabilities.Energies)[first + n] = energy;
                }
            }
            else
            {
                new ReadOnlySpan<float>(output, classes).CopyTo(new Span<float>(results, classes));
            }
        }
    }

    /// <summary>A call of <see cref="Run"/>: kept here, since a closure would be allocated anew each time.</summary>
    private readonly record struct Call(NetworkWeights Weights, ImageReader Images, int Count, int Length, nint Results, SoftmaxOutput? Softmax);

    /// <summary>The memory of one thread.</summary>
    private sealed class Slot(NetworkPlan plan, int firstLinear)
    {
        private readonly AlignedBuffer[] maps = [.. plan.Maps.Select((map, m) => new AlignedBuffer((long)map.ImageStride * (m < firstLinear ? Group : Slice)))];
        private readonly AlignedBuffer[] imageMemory = [
            .. plan.Layers.Select((layer, l) => new AlignedBuffer((long)layer.ImageMemory * (l < firstLinear ? Group : 0)))];
        private readonly AlignedBuffer scratch = new(Math.Max(plan.Maps[0].Shape.Length, plan.Layers.Max(layer => layer.ScratchLength)));

        public float* Scratch => scratch.Pointer;

        public float* Map(int map) => maps[map].Pointer;

        public float* ImageMemory(int layer) => imageMemory[layer].Pointer;
    }
}
