using MnistCnn.Serialization;

namespace MnistCnn.Tests.Serialization;

public sealed class FullDiskTests
{
    [Fact]
    public void A_full_disk_leaves_the_old_file_whole_and_no_temporary()
    {
        using TemporaryFolder folder = new();
        string disk = Directory.CreateDirectory(folder["disk"]).FullName;
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && ChildProcess.Succeeds("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk),
            "Mounting a small tmpfs needs Linux and the rights of root.");
        try
        {
            string target = Path.Combine(disk, "model.safetensors");
            using CnnClassifier model = new();
            model.Save(target);
            byte[] before = File.ReadAllBytes(target);
            CheckpointFile checkpoint = new(ModuleState.Capture(model), new Dictionary<string, string>());
            Assert.Throws<IOException>(() => model.Save(target));
            Assert.Throws<IOException>(() => checkpoint.Save(target));
            Assert.Throws<IOException>(() => model.ExportOnnx(target));
            Assert.Throws<IOException>(() => checkpoint.Save(Path.Combine(disk, "new.ckpt")));
            Assert.Equal(before, File.ReadAllBytes(target));
            Assert.Equal([target], Directory.GetFileSystemEntries(disk));
            CnnClassifier.Load(target).Dispose();
        }
        finally
        {
            ChildProcess.Succeeds("umount", disk);
        }
    }
}
