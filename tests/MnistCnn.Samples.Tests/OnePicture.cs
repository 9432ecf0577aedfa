namespace MnistCnn.Samples.Tests;

/// <summary>A grey PNG of 40×40 pixels: a dark upright stroke on light paper.</summary>
internal static class OnePicture
{
    public const string Base64 = "iVBORw0KGgoAAAANSUhEUgAAACgAAAAoCAAAAACpleexAAAAIUlEQVR42mP4RSRgGJoKRYBgVOGowlGFowqHvsKhWzQDAKM0rvxCRB06AAAAAElFTkSuQmCC";
}
