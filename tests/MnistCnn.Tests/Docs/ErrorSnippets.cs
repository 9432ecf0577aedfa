using MnistCnn.Data;
using MnistCnn.Serialization;

namespace MnistCnn.Tests.Docs;

public sealed class ErrorSnippets
{
    [Fact]
    public void Errors_name_the_file_and_what_was_expected()
    {
        using TemporaryFolder temporary = new();
        string folder = temporary.Root, file = temporary["model.safetensors"];
        File.WriteAllText(file, "hello");
        List<string> messages = [];

        // snippet: catch
        try
        {
            MnistDataset.Load(folder, MnistSplit.Train);
        }
        catch (IdxFormatException e)
        {
            messages.Add(e.Message); // the file is there, but is not what it should be
        }
        catch (IOException e)
        {
            messages.Add(e.Message); // it cannot be read
        }

        try
        {
            CnnClassifier.Load(file);
        }
        catch (CheckpointFormatException e)
        {
            messages.Add(e.Message);
        }
        // end
        Assert.Equal(2, messages.Count);
        Assert.Contains(file, messages[1], StringComparison.Ordinal);
    }
}
