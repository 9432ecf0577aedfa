namespace MnistCnn.Imaging.Tests;

/// <summary>
/// Files of kinds that SkiaSharp does not write, written by Pillow 9.4: the seven of <see cref="Drawing.IsSeven"/> in 60×60 pixels, black on white.
/// </summary>
internal static class EncodedPictures
{
    private const string CmykJpegBase64 =
        "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwADAgICAgIDAgICAwMDAwQGBAQEBAQIBgYFBgkICgoJCAkJCgwPDAoLDgsJCQ0RDQ4PEBAREAoMEhMSEBMPEBAQ/8AAFAgAPAA8BEMRAE0RAFkR"
        + "AEsRAP/EABgAAQEBAQEAAAAAAAAAAAAAAAAJCAYF/8QALBABAAEDAwQCAAQHAAAAAAAAAAIBAwQFBgcIERITCRQVFhcmGCEyWHOn1P/aAA4EQwBNAFkASwAAPwCqaqaqaqYAAAAAAAAA"
        + "AAADP/Wty9z7wtxZpW6enPi/897kytwWNPytO/BM3VPVgyxsic7/AKsOcLke1y1Zj51r409natO8qdgMV/x9fKb/AGV/643H/wBABsb5M+tD9feO+HOY+ENqbO/OO4NI0+/Y1DbWrafn"
        + "fRy82OPK/ZjkZX+SkZ1hKPlCv8q9q0AVUAAAAAAAAASg6Wbeq9bfyS7w6j9QzcTWNicZZFyWi1vY0rmNKxT3Y2jwtY+Tc9uPOVI3dQrONvtDItTr42p3Y9gKvgAAAAAAAyr8mnNf6LdI"
        + "+6fr6f8Aaz9999lYfna87Nr7ti99i5c7XISj2xbWT4Sp5drtbXlGsfLsB5PxacF4fD/SnoO5M3Rvqbk5E/cmp3rlbFy5PFuVrTT4RuWqeXp+r670bc5SlC5k3/6ayrCIGwAAAAAAAASV"
        + "61crD62PkQ4+6VtD3T+29qeenardtXLEY2srxnmavXGv243ZVvUxcazYpC7Hxhk48o1hGnnOQFagAAAAAAAAHKaBxPxZtTdWpb62txptTRtyaz7vxHWNP0bGx87M9tyl277r8IUuXPO5"
        + "GM5eUq+UqUlXvWncB1YAAAAAAAAAAAAAAAAAAAAAAAAA/9k=";

    private const string AnimatedGifBase64 =
        "R0lGODlhPAA8AIEAAAAAAP///wAAAAAAACH/C05FVFNDQVBFMi4wAwEAAAAh+QQACgAAACwAAAAAPAA8AAAIoQADCBxIsKDBgwgTKlzIsKHDhxAjSpxIsaLFixgzatzIsaPHjyBDihxJ"
        + "8iGAkyhTqkRZsuDKlypbEoRJE4DMgTVh3oSYcqdJlj4Z9gwqFCjRhDGPIjWq9ODQpgafQnXJdKrApFZxVs0qletWq13Bhp06luxXqGXRnm2KNWuAtGzXKoU7V+7Rtl5Put3Lt6/fv4AD"
        + "Cx5MuLDhw4gTK17MmGFAACH5BAAKAAAALAoACwAoAB4AgQAAAP///wAAAAAAAAhMAAMIHEiwoMGDCBMqXMiwocOHECNKnEixosWLGDNq3Mixo8ePIEECGEmypMmTKFOqXMmypcuXMGPK"
        + "nElzZcibOHPq3Mmzp8+fQC0GBAA7";

    /// <summary>A JPEG of four inks, with all of the drawing on the black one.</summary>
    public static byte[] CmykJpeg => Convert.FromBase64String(CmykJpegBase64);

    /// <summary>Two frames: the seven, then a bar.</summary>
    public static byte[] AnimatedGif => Convert.FromBase64String(AnimatedGifBase64);
}
