using System.Diagnostics;
using System.Globalization;
using MnistCnn;

// Arguments: a safetensors file, and a file of images, 784 bytes each. Prints the probabilities of each image on a line, then what a user may want to know of
// the process.
CnnPredictor predictor = CnnPredictor.Load(args[0], new CnnPredictorOptions { Threads = 2 });
byte[] images = File.ReadAllBytes(args[1]);
int count = images.Length / (predictor.Height * predictor.Width), classes = predictor.ClassNames.Count;
float[] probabilities = new float[count * classes];
predictor.Predict(images, probabilities);
foreach (float[] image in probabilities.Chunk(classes))
{
    Console.WriteLine(string.Join(' ', image.Select(p => p.ToString("R", CultureInfo.InvariantCulture))));
}

Prediction first = predictor.Predict(images.AsSpan(0, images.Length / count));
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"first {first.ClassIndex} {first.Probability:R} {first.ClassName}"));

const int Calls = 2000;
long started = Stopwatch.GetTimestamp();
for (int i = 0; i < Calls; i++)
{
    predictor.Predict(images.AsSpan(0, images.Length / count));
}

Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"microseconds {Stopwatch.GetElapsedTime(started).TotalMicroseconds / Calls:F1}"));
using Process self = Process.GetCurrentProcess();
Console.WriteLine($"torch {self.Modules.Cast<ProcessModule>().Count(module => module.FileName.Contains("torch", StringComparison.OrdinalIgnoreCase))}");
