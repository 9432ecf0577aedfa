namespace MnistCnn.Networks;

/// <summary>Where a pass reads its images from: a few at a time, into the cache of the thread that works on them.</summary>
internal abstract unsafe class CnnImages
{
    /// <summary>Writes some images, [count, height, width, 1]. Several threads call this at once.</summary>
    /// <param name="first">The first of them.</param>
    /// <param name="count">How many.</param>
    /// <param name="destination">Memory for them.</param>
    public abstract void Read(int first, int count, float* destination);
}
