namespace MnistCnn.Imaging;

/// <summary>What is done to a picture of a folder to make an image of the data set.</summary>
public enum PicturePreparation
{
    /// <summary>Grey, scaled to the size of the data set; white is ink (255), black is background (0), as in pictures of MNIST's own images.</summary>
    LightInk,

    /// <summary>Grey, scaled to the size of the data set; black is ink (255), white is background (0), as in scans.</summary>
    DarkInk,

    /// <summary>As <see cref="DigitImage.Prepare(string, int, int)"/>: background found, ink cropped and centred.</summary>
    Digit,
}
