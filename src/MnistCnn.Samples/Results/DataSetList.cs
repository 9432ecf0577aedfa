using System.Globalization;
using System.Text;

namespace MnistCnn.Samples.Results;

/// <summary>What <c>download --list</c> prints: a line for each published data set.</summary>
internal static class DataSetList
{
    public static string Text()
    {
        int width = MnistVariant.All.Max(variant => variant.Name.Length);
        int titleWidth = MnistVariant.All.Max(variant => variant.Title.Length);
        StringBuilder text = new();
        foreach (MnistVariant variant in MnistVariant.All)
        {
            string size = variant.Files.All(file => file.Size is not null)
                ? string.Create(CultureInfo.InvariantCulture, $"{variant.Files.Sum(file => file.Size) / 1e6,6:F1} MB")
                : " size unknown".PadLeft(9);
            text.AppendLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{variant.Name.PadRight(width)}  {variant.Title.PadRight(titleWidth)}  {variant.ClassNames.Count,2} classes  {size}  "
                    + $"{variant.License ?? "no licence stated"}"));
        }

        return text.ToString();
    }
}
