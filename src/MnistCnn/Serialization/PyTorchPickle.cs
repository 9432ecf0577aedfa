namespace MnistCnn.Serialization;

/// <summary>Recognises PyTorch's own files (zip archives since version 1.6), which are programs for Python's pickle machine and therefore never read.</summary>
internal static class PyTorchPickle
{
    private static ReadOnlySpan<byte> ZipSignature => [(byte)'P', (byte)'K', 3, 4];

    // Before version 1.6 torch.save wrote a bare pickle of protocol 2 that starts with a ten-byte number.
    private static ReadOnlySpan<byte> LegacySignature => [0x80, 2, 0x8A, 10];

    public static void Refuse(ReadOnlySpan<byte> start, string path)
    {
        if (!start.StartsWith(ZipSignature) && !start.StartsWith(LegacySignature))
        {
            return;
        }

        string source = Path.GetFileName(path);
        throw new CheckpointFormatException(path, $"""
            expected a safetensors file, found a PyTorch file (pickle), which can run code and is not read. Convert it in Python:
                import torch, safetensors.torch
                safetensors.torch.save_file(torch.load("{source}", map_location="cpu", weights_only=True), "{Path.ChangeExtension(source, "safetensors")}")
            """);
    }
}
