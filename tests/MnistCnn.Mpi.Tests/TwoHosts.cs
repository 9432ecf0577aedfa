using System.Globalization;

namespace MnistCnn.Mpi.Tests;

/// <summary>
/// Two hosts on this machine: network namespaces with host names of their own, joined by one cable. Open MPI reaches the second through a script in
/// place of ssh.
/// </summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
internal sealed class TwoHosts : IDisposable
{
    private const string FirstAddress = "10.77.0.1";
    private const string SecondAddress = "10.77.0.2";

    private readonly string first;
    private readonly string second;
    private readonly string folder;

    private TwoHosts()
    {
        string unique = Guid.NewGuid().ToString("N")[..6];
        (first, second) = ($"mnist1-{unique}", $"mnist2-{unique}");
        folder = Directory.CreateTempSubdirectory("mnist-hosts").FullName;
        File.WriteAllText(Agent, $"#!/bin/sh\nshift\nexec ip netns exec {second} unshare --uts sh -c \"hostname {second}; $*\"\n");
        File.SetUnixFileMode(Agent, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.WriteAllText(HostFile, $"{FirstAddress} slots=1\n{SecondAddress} slots=1\n");
    }

    private string Agent => Path.Combine(folder, "agent.sh");

    private string HostFile => Path.Combine(folder, "hosts");

    /// <summary>Makes the hosts, or skips the test and says why that is not possible here.</summary>
    public static TwoHosts CreateOrSkip()
    {
        MpiLauncherCommand.OpenMpi.SkipUnlessInstalled();
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Network namespaces need root.");
        Assert.SkipUnless(Programs.Exists("ip") && Programs.Exists("unshare"), "'ip' or 'unshare' is not installed (packages iproute2, util-linux).");
        TwoHosts hosts = new();
        foreach (string[] command in hosts.Setup())
        {
            (int code, string output) = Programs.Run("ip", command);
            if (code != 0)
            {
                hosts.Dispose();
                Assert.Skip($"'ip {string.Join(' ', command)}' failed: {output.Trim()}");
            }
        }

        return hosts;
    }

    /// <summary>Starts one rank on each host. The launcher gives a host up after about 5 + 3 × 2 s of silence.</summary>
    public MpiJob Start(string command, params string[] settings) => MpiJob.Start(
        [
            "ip", "netns", "exec", first, "unshare", "--uts", "sh", "-c", $"hostname {first}; exec \"$@\"", "sh",
            MpiLauncherCommand.OpenMpi.Program, .. MpiLauncherCommand.OpenMpi.Options, "-n", "2", "--map-by", "node", "--hostfile", HostFile,
            "--mca", "plm_rsh_agent", Agent, "--mca", "btl", "self,tcp", "--mca", "btl_tcp_if_include", "10.77.0.0/24", "--mca", "oob_tcp_if_include",
                "10.77.0.0/24",
            "--mca", "oob_tcp_keepalive_time", "5", "--mca", "oob_tcp_keepalive_intvl", "2", "--mca", "oob_tcp_keepalive_probes", "3",
        ],
        command,
        settings);

    public void Cut() => Assert.Equal(0, Programs.Run("ip", "-n", second, "link", "set", "cable", "down").ExitCode);

    public void Mend() => Assert.Equal(0, Programs.Run("ip", "-n", second, "link", "set", "cable", "up").ExitCode);

    /// <summary>
    /// Makes both hosts give a connection up after 5 retransmissions (13 s) instead of 15 (15 minutes): keepalive probes a silent connection only, not one
    /// that was cut while it carried something.
    /// </summary>
    public void GiveUpRetransmissionsEarly()
    {
        foreach (string host in (string[])[first, second])
        {
            Assert.Equal(0, Programs.Run("ip", "netns", "exec", host, "sh", "-c", "echo 5 > /proc/sys/net/ipv4/tcp_retries2").ExitCode);
        }
    }

    /// <summary>Bytes that the first host has sent into the cable.</summary>
    public long BytesSent() =>
        long.Parse(Programs.Run("ip", "netns", "exec", first, "cat", "/sys/class/net/cable/statistics/tx_bytes").Output, CultureInfo.InvariantCulture);

    /// <summary>The processes that are left on both hosts.</summary>
    public string Processes() => (Programs.Run("ip", "netns", "pids", first).Output + Programs.Run("ip", "netns", "pids", second).Output).Trim();

    public void Dispose()
    {
        foreach (string process in Processes().Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            Programs.TrySignal("KILL", process);
        }

        Programs.Run("ip", "netns", "del", first);
        Programs.Run("ip", "netns", "del", second);
        Directory.Delete(folder, recursive: true);
    }

    private IEnumerable<string[]> Setup() =>
    [
        ["netns", "add", first],
        ["netns", "add", second],
        ["-n", first, "link", "add", "cable", "type", "veth", "peer", "name", "cable", "netns", second],
        ["-n", first, "address", "add", $"{FirstAddress}/24", "dev", "cable"],
        ["-n", second, "address", "add", $"{SecondAddress}/24", "dev", "cable"],
        ["-n", first, "link", "set", "lo", "up"],
        ["-n", second, "link", "set", "lo", "up"],
        ["-n", first, "link", "set", "cable", "up"],
        ["-n", second, "link", "set", "cable", "up"],
    ];
}
