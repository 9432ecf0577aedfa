namespace MnistCnn.Kernels;

/// <summary>The constants of one step of Adam (Kingma and Ba, 2015) or AdamW (Loshchilov and Hutter, 2019), as PyTorch computes them.</summary>
internal readonly record struct AdamConstants(float Rate, float Beta1, float Gain1, float Beta2, float Gain2, float Epsilon, float L2, float Decay,
    float RootCorrection)
{
    /// <summary>The constants of a step.</summary>
    /// <param name="settings">What does not change from step to step.</param>
    /// <param name="learningRate">The learning rate of the step.</param>
    /// <param name="step">The number of the step, from 1.</param>
    public static AdamConstants Create(in AdamSettings settings, double learningRate, long step) => new(
        (float)(learningRate / (1 - Math.Pow(settings.Beta1, step))), (float)settings.Beta1, (float)(1 - settings.Beta1), (float)settings.Beta2,
        (float)(1 - settings.Beta2), (float)settings.Epsilon,
        settings.IsDecoupled ? 0 : (float)settings.WeightDecay, settings.IsDecoupled ? (float)(1 - learningRate * settings.WeightDecay) : 1,
        (float)(1 / Math.Sqrt(1 - Math.Pow(settings.Beta2, step))));
}

/// <summary>The settings of Adam. A decoupled weight decay is AdamW's, which the moments do not see.</summary>
internal readonly record struct AdamSettings(double Beta1, double Beta2, double Epsilon, double WeightDecay, bool IsDecoupled);

/// <summary>The constants of one step of stochastic gradient descent as PyTorch computes it; the momentum is 0 for plain descent.</summary>
internal readonly record struct SgdConstants(float Rate, float Momentum, bool IsNesterov, float WeightDecay);
