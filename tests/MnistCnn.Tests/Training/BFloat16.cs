using MnistCnn.Training;

namespace MnistCnn.Tests.Training;

/// <summary>Mixed precision, which the trainer refuses on processors that would take many times as long.</summary>
internal static class BFloat16
{
    public static void SkipUnlessSupported() => Assert.SkipUnless(BFloat16Support.HasInstructions, "This processor has no bfloat16 instructions.");
}
