using MnistCnn.Kernels;

namespace MnistCnn.Training;

/// <summary>Addresses of a parameter, its gradient and its moments, and the constants of its step.</summary>
internal readonly record struct AdamBlock(nint Parameter, nint Gradient, nint First, nint Second, int Length, AdamStep Step)
{
    /// <summary>The part from an element on.</summary>
    public AdamBlock From(int element, int length) => new(
        Parameter + (element * sizeof(float)), Gradient + (element * sizeof(float)), First + (element * sizeof(float)), Second + (element * sizeof(float)), length, Step);
}
