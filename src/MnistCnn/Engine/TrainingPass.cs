using MnistCnn.Kernels;

namespace MnistCnn.Engine;

/// <summary>
/// Forward pass, loss, backward pass and gradients of a batch, in this order, as stages of items that threads share. An item waits for those items of the stage
/// before that have its images: no thread waits for a whole stage unless an item does. One caller at a time.
/// </summary>
internal sealed unsafe class TrainingPass
{
    private readonly NetworkPlan plan;
    private readonly int threads;
    private readonly Stage[] stages;
    private readonly (int Layer, int Item)[] gradientItems;
    private readonly int[] backwardStages;
    private BatchMemory memory;
    private int slices;

    /// <param name="plan">The network.</param>
    /// <param name="capacity">Images of the largest batch that is foreseen; a larger one takes new memory.</param>
    /// <param name="threads">Threads to use at most.</param>
    public TrainingPass(NetworkPlan plan, int capacity, int threads)
    {
        (this.plan, this.threads) = (plan, Math.Max(1, threads));
        // Those of shared layers first, since their items are the first of a stage elsewhere too, and those of the first layers last, since they come last in
        // the backward pass.
        gradientItems = [.. Enumerable.Range(0, plan.Layers.Count).OrderByDescending(l => plan.Layers[l].SharedBackwardItems).ThenByDescending(l => l)
            .SelectMany(l => Enumerable.Range(0, plan.Layers[l].GradientItems).Select(item => (l, item)))];
        stages = [.. Stages.Forward(plan), .. Stages.Backward(plan, gradientItems.Length)];
        backwardStages = [.. plan.Layers.Select((_, l) =>
            Array.FindLastIndex(stages, stage => !stage.IsForward && stage.Kind != StageKind.Gradients && stage.First <= l && stage.End > l))];
        memory = NewMemory(capacity);
    }

    /// <summary>The output of the last pass, at the stride of the plan's last map.</summary>
    public float* Output => memory.Map(plan.Layers.Count, 0);

    /// <summary>The gradient of the images of the last pass, where the plan has one.</summary>
    public float* ImageGradients => memory.Gradient(0, 0, 0);

    /// <summary>Computes the loss of a batch and the gradients of all parameters.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="weights">Weights for training.</param>
    /// <param name="gradients">Receives the gradients.</param>
    /// <exception cref="ArgumentOutOfRangeException">A label is not a class.</exception>
    public LossAndHits Run(TrainingBatch batch, NetworkWeights weights, ParameterBuffer gradients)
    {
        memory = batch.Count > memory.Capacity ? NewMemory(batch.Count) : memory;
        int[] items = [.. stages.Select(stage => stage.IsForward || stage.End > batch.FirstTrained ? stage.Items(batch.Count) : 0)];
        PassState state = new(batch, weights, gradients, items, new LossAndHits[items[0]]);
        slices = items[0];
        ThreadTeam.Run(threads, items, item => Run(item, state));
        return new LossAndHits(state.Losses.Sum(slice => slice.Loss), state.Losses.Sum(slice => slice.Hits));
    }

    /// <summary>The mean and the variance of each channel in the last batch, for a layer that normalises it.</summary>
    /// <returns>Numbers of each channel.</returns>
    public long ReadStatistics(int layer, Span<double> mean, Span<double> variance) =>
        ((BatchNormalization)plan.Layers[layer]).ReadStatistics(memory.OfSlice(layer, 0), slices, mean, variance);

    private void Run(TeamItem item, PassState state)
    {
        Stage stage = stages[item.Part];
        (int first, int count) = stage.ImagesOf(item.Index, state.Batch.Count);
        if (item.Part > 0)
        {
            int before = stage.Kind == StageKind.Gradients ? backwardStages[gradientItems[item.Index].Layer] : item.Part - 1;
            before = Array.FindLastIndex(state.Items, before, items => items > 0);
            (int firstItem, int items) = stages[before].ItemsWith(first, count, state.Batch.Count);
            (firstItem, items) = stage.AwaitsBatch ? (0, state.Items[before]) : (firstItem, items);
            item.Await(before, firstItem, items);
            if (stage.Kind == StageKind.BeginSharedBackward)
            {
                // It looks at what the forward pass kept of all slices.
                int forward = Array.FindLastIndex(stages, s => s.IsForward);
                item.Await(forward, 0, state.Items[forward]);
            }
        }

        WorkItem work = new(state, item.Index, first, count, item.Thread);
        switch (stage.Kind)
        {
            case StageKind.Forward:
                if (item.Part == 0)
                {
                    ReadImages(work);
                }

                Forward(stage, work);
                break;
            case StageKind.SharedForward:
                plan.Layers[stage.First].SharedForward(WorkOf(stage.First, work), item.Index % stage.SharedItems);
                break;
            case StageKind.BeginSharedBackward:
                plan.Layers[stage.First].BeginSharedBackward(WorkOf(stage.First, work));
                break;
            case StageKind.SharedBackward:
                plan.Layers[stage.First].SharedBackward(WorkOf(stage.First, work), item.Index);
                break;
            case StageKind.Backward:
                Backward(stage, work);
                break;
            default:
                (int layer, int part) = gradientItems[item.Index];
                plan.Layers[layer].ComputeGradients(WorkOf(layer, work), part);
                break;
        }
    }

    private void Forward(Stage stage, in WorkItem item)
    {
        for (int l = stage.First; l < stage.End; l++)
        {
            plan.Layers[l].FinishForward(WorkOf(l, item));
        }

        if (stage.Begins >= 0)
        {
            plan.Layers[stage.Begins].BeginForward(WorkOf(stage.Begins, item));
        }
        else if (stage.End == plan.Layers.Count)
        {
            (TrainingBatch batch, int map) = (item.State.Batch, plan.Layers.Count);
            (double loss, int hits) = SoftmaxCrossEntropy.Backward(
                (item.Count, plan.Description.Classes, plan.Maps[map].ImageStride), memory.Map(map, item.First), batch.Labels + item.First, batch.Smoothing,
                batch.Scale, memory.Gradient(map, item.First, item.Thread), batch.ClassWeights);
            item.State.Losses[item.Index] = new LossAndHits(loss, hits);
        }
    }

    private void Backward(Stage stage, in WorkItem item)
    {
        for (int l = stage.End - 1; l >= Math.Max(stage.First, item.State.Batch.FirstTrained); l--)
        {
            plan.Layers[l].Backward(WorkOf(l, item));
        }

        if (stage.Begins >= item.State.Batch.FirstTrained)
        {
            plan.Layers[stage.Begins].BeginBackward(WorkOf(stage.Begins, item));
        }
    }

    private void ReadImages(in WorkItem item)
    {
        MapLayout map = plan.Maps[0];
        if (map.ImageStride == map.Shape.Length)
        {
            item.State.Batch.Images(item.First, item.Count, memory.Map(0, item.First));
            return;
        }

        float* image = memory.Scratch(item.Thread);
        for (int n = item.First; n < item.First + item.Count; n++)
        {
            item.State.Batch.Images(n, 1, image);
            map.Place(image, memory.Map(0, n));
        }
    }

    private LayerWork WorkOf(int layer, in WorkItem item)
    {
        (TrainingBatch batch, NetworkWeights weights) = (item.State.Batch, item.State.Weights);
        int slice = item.First / Stage.SliceLength(batch.Count);
        return new LayerWork
        {
            Count = item.Count,
            Slice = slice,
            Slices = item.State.Losses.Length,
            FirstImage = item.First,
            Seed = batch.Seed,
            Parameters = weights.Values.Pointer,
            Prepared = weights.Prepared(layer),
            Gradients = item.State.Gradients.Pointer,
            Input = memory.Map(layer, item.First),
            Output = memory.Map(layer + 1, item.First),
            InputGradient = layer > batch.FirstTrained || (layer == 0 && plan.HasImageGradients) ? memory.Gradient(layer, item.First, item.Thread) : null,
            OutputGradient = memory.Gradient(layer + 1, item.First, item.Thread),
            ImageMemory = memory.OfImage(layer, item.First),
            SliceMemory = memory.OfSlice(layer, slice),
            FirstSliceMemory = memory.OfSlice(layer, 0),
            ThreadMemory = memory.OfThread(layer, item.Thread),
            Scratch = memory.Scratch(item.Thread),
            AreWeightsBounded = weights.AreBounded(layer),
        };
    }

    private BatchMemory NewMemory(int capacity) => new(plan, capacity, threads, [.. plan.Maps.Select((_, m) => IsLocal(m))]);

    /// <summary>Whether the gradient of a map is needed within a slice alone.</summary>
    private bool IsLocal(int map) => map > 0 && map < plan.Layers.Count && !plan.Layers[map - 1].ReadsOutputGradients && !plan.Layers[map - 1].NeedsBatch
        && plan.Layers[map - 1].SharedBackwardItems + plan.Layers[map].SharedBackwardItems == 0;

    /// <summary>A pass over a batch.</summary>
    /// <param name="Batch">The batch.</param>
    /// <param name="Weights">The weights.</param>
    /// <param name="Gradients">Receives the gradients.</param>
    /// <param name="Items">How many items each stage has.</param>
    /// <param name="Losses">Of each slice.</param>
    private sealed record PassState(TrainingBatch Batch, NetworkWeights Weights, ParameterBuffer Gradients, int[] Items, LossAndHits[] Losses);

    /// <summary>An item of a stage, and its images.</summary>
    private readonly record struct WorkItem(PassState State, int Index, int First, int Count, int Thread);
}
