using System.Diagnostics;
using System.Runtime.CompilerServices;
using MnistCnn.Serialization;

namespace MnistCnn.Tests.Serialization;

/// <summary>
/// A process that saves two models in turn over one file until it is killed: the test executable itself, started with a variable in its environment that names
/// the folder.
/// </summary>
internal static class SaveLoop
{
    private const string Variable = "MNISTCNN_TEST_SAVE_LOOP";

    public const string Target = "model.safetensors";

    public static Process Start(string folder) => OwnProcess.Start(new Dictionary<string, string>
    {
        [Variable] = folder,
        ["DOTNET_TieredPGO"] = "0",
        ["DOTNET_gcConcurrent"] = "0",
    });

#pragma warning disable CA2255
    [ModuleInitializer]
    internal static void RunWhereAskedTo()
#pragma warning restore CA2255
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } folder)
        {
            return;
        }

        SafetensorsFile[] models = [SafetensorsFile.Load(Path.Combine(folder, "one")), SafetensorsFile.Load(Path.Combine(folder, "two"))];
        for (int i = 0; ; i++)
        {
            models[i % 2].Save(Path.Combine(folder, Target));
            if (i == 0)
            {
                Console.Out.WriteLine("saving");
                Console.Out.Flush();
            }
        }
    }
}
