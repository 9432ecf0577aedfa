using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;

namespace MnistCnn.Mpi.Tests;

/// <summary>Several ranks of the test host under a launcher, in processes that a token in their command line tells apart.</summary>
internal sealed class MpiJob : IDisposable
{
    /// <summary>Several times what the longest job takes on a busy machine.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);

    private readonly string token;
    private readonly Process process;
    private readonly ConcurrentQueue<string> lines = new();
    private readonly SemaphoreSlim arrived = new(0);

    private MpiJob(IReadOnlyList<string> command, string token, IReadOnlyDictionary<string, string>? environment)
    {
        this.token = token;
        ProcessStartInfo start = new(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["TERM"] = "dumb";
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Add(line.Data);
        process.ErrorDataReceived += (_, line) => Add(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Path of the program that the ranks run.</summary>
    public static string TestHost { get; } =
        typeof(MpiJob).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "TestHost").Value!;

    /// <summary>Standard output and standard error so far.</summary>
    public string Output => string.Join('\n', lines);

    public static MpiJob Start(MpiLauncherCommand launcher, int ranks, string command, params string[] settings)
    {
        launcher.SkipUnlessInstalled();
        return Start([launcher.Program, .. launcher.Options, "-n", $"{ranks}"], command, settings);
    }

    /// <summary>Starts the test host behind a command line that ends before the program.</summary>
    public static MpiJob Start(IReadOnlyList<string> launch, string command, IReadOnlyList<string> settings, IReadOnlyDictionary<string,
        string>? environment = null)
    {
        string token = Guid.NewGuid().ToString("N");
        return new MpiJob([.. launch, "dotnet", TestHost, command, token, .. settings], token, environment);
    }

    /// <summary>Waits until each rank has said that it is ready; returns their process numbers by rank.</summary>
    public async Task<int[]> Ready(int ranks)
    {
        while (true)
        {
            // "ready rank R pid P"
            string[][] ready = [.. lines.Where(l => l.StartsWith("ready rank ", StringComparison.Ordinal)).Select(l => l.Split(' '))];
            if (ready.Length == ranks)
            {
                return [.. ready.OrderBy(l => int.Parse(l[2], CultureInfo.InvariantCulture)).Select(l => int.Parse(l[4], CultureInfo.InvariantCulture))];
            }

            Assert.True(await arrived.WaitAsync(Deadline), $"The ranks were not ready in time:\n{Output}");
        }
    }

    /// <summary>Waits for the end of the launcher and returns its exit code.</summary>
    public async Task<int> Exit()
    {
        using CancellationTokenSource late = new(Deadline);
        try
        {
            await process.WaitForExitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"The job did not end in {Deadline.TotalSeconds} s:\n{Output}");
        }

        return process.ExitCode;
    }

    /// <summary>Waits until no rank is left, which may take a launcher a moment after its own end.</summary>
    public async Task NoSurvivor()
    {
        Stopwatch clock = Stopwatch.StartNew();
        while (Survivors() is { Count: > 0 } left)
        {
            Assert.True(clock.Elapsed < Deadline, $"Processes {string.Join(", ", left)} survived:\n{Output}");
            await Task.Delay(50);
        }
    }

    public void Dispose()
    {
        process.Kill(entireProcessTree: true);
        foreach (int survivor in Survivors())
        {
            Programs.TrySignal("KILL", $"{survivor}");
        }

        process.Dispose();
        arrived.Dispose();
    }

    private List<int> Survivors()
    {
        List<int> found = [];
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out int id) && id != process.Id
                && CommandLine(folder).Contains(token, StringComparison.Ordinal))
            {
                found.Add(id);
            }
        }

        return found;
    }

    private static string CommandLine(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "cmdline"));
        }
        catch (IOException)
        {
            return "";
        }
    }

    private void Add(string? line)
    {
        if (line is not null)
        {
            lines.Enqueue(line);
            arrived.Release();
        }
    }
}
