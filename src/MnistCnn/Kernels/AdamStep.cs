namespace MnistCnn.Kernels;

/// <summary>The constants of one step of Adam (Kingma and Ba, 2015) or AdamW (Loshchilov and Hutter, 2019), as PyTorch computes them.</summary>
internal readonly record struct AdamStep(float Rate, float Beta1, float Gain1, float Beta2, float Gain2, float Epsilon, float L2, float Decay, float RootCorrection)
{
    /// <summary>For the step of that number, from 1. A decoupled weight decay is AdamW's, which the moments do not see.</summary>
    public static AdamStep Create(double learningRate, double beta1, double beta2, double epsilon, double weightDecay, bool decoupled, long step) => new(
        (float)(learningRate / (1 - Math.Pow(beta1, step))), (float)beta1, (float)(1 - beta1), (float)beta2, (float)(1 - beta2), (float)epsilon,
        decoupled ? 0 : (float)weightDecay, decoupled ? (float)(1 - (learningRate * weightDecay)) : 1, (float)(1 / Math.Sqrt(1 - Math.Pow(beta2, step))));
}
