namespace MnistCnn.Engine;

/// <summary>The stages of a training pass, as the layers of a network ask for them.</summary>
internal static class Stages
{
    /// <summary>A slice passes through consecutive layers, up to a layer that divides the whole batch among the threads.</summary>
    public static IEnumerable<Stage> Forward(NetworkPlan plan)
    {
        int first = 0;
        bool awaitsBatch = false;
        for (int l = 0; l < plan.Layers.Count; l++)
        {
            // Even where no layer comes before: the images are read there.
            if (plan.Layers[l].SharedForwardItems is var shared and > 0)
            {
                yield return new Stage(StageKind.Forward, first, l, AwaitsBatch: awaitsBatch);
                yield return new Stage(StageKind.SharedForward, l, l + 1, shared);
                (first, awaitsBatch) = (l, false);
            }
            else if (plan.Layers[l].NeedsBatch)
            {
                yield return new Stage(StageKind.Forward, first, l, AwaitsBatch: awaitsBatch, Begins: l);
                (first, awaitsBatch) = (l, true);
            }
        }

        yield return new Stage(StageKind.Forward, first, plan.Layers.Count, AwaitsBatch: awaitsBatch);
    }

    /// <summary>The backward pass, then the gradients of parameters.</summary>
    public static IEnumerable<Stage> Backward(NetworkPlan plan, int gradientItems)
    {
        int begun = -1;
        for (int end = plan.Layers.Count, first; end > 0; end = first)
        {
            first = end - 1;
            if (plan.Layers[first].NeedsBatch && begun != first)
            {
                yield return new Stage(StageKind.Backward, end, end, Begins: first);
            }

            if (plan.Layers[first].SharedBackwardItems is var shared and > 0)
            {
                yield return new Stage(StageKind.BeginSharedBackward, first, end);
                yield return new Stage(StageKind.SharedBackward, first, end, shared);
                continue;
            }

            while (first > 0 && plan.Layers[first - 1] is { SharedBackwardItems: 0, NeedsBatch: false })
            {
                first--;
            }

            begun = first > 0 && plan.Layers[first - 1].NeedsBatch ? first - 1 : -1;
            yield return new Stage(StageKind.Backward, first, end, AwaitsBatch: plan.Layers[end - 1].NeedsBatch, Begins: begun);
        }

        if (gradientItems > 0)
        {
            yield return new Stage(StageKind.Gradients, 0, plan.Layers.Count, gradientItems);
        }
    }
}
