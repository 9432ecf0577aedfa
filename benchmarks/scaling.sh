#!/usr/bin/env bash
# How training grows with the number of ranks on this machine, and what an exchange costs: benchmarks/scaling.sh --data DIR [--epochs N] [--rounds N]
# Prints Markdown. Needs Open MPI (package openmpi-bin); the part between two network namespaces needs root, ip and unshare, and is left out without them.
set -euo pipefail
repository=$(cd "$(dirname "$0")/.." && pwd)
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 TERM=dumb
data="" epochs=3 rounds=2
while [ $# -gt 0 ]; do
  case $1 in
    --data) data=$2; shift 2 ;;
    --epochs) epochs=$2; shift 2 ;;
    --rounds) rounds=$2; shift 2 ;;
    *) data=""; break ;;
  esac
done
[ -n "$data" ] || { echo "usage: scaling.sh --data DIR [--epochs N] [--rounds N]" >&2; exit 2; }
command -v mpirun.openmpi > /dev/null || { echo "scaling.sh: expected Open MPI, found none. Install the package openmpi-bin." >&2; exit 1; }

host="$repository/tests/MnistCnn.Mpi.TestHost"
program="$host/bin/Release/net10.0/MnistCnn.Mpi.TestHost.dll"
dotnet build "$host" -c Release -v q -nologo >&2
options="--oversubscribe --bind-to none"
[ "$(id -u)" = 0 ] && options="--allow-run-as-root $options"
cores=$(nproc)

times=$(mktemp -d)
trap 'rm -rf "$times"' EXIT

# The numbers of ranks take turns, since a shared machine is faster at one time than at another. The first epoch of each run warms up.
for round in $(seq "$rounds"); do
  for ranks in 1 2 4; do
    mpirun.openmpi $options -n "$ranks" dotnet "$program" train scaling "data=$data" "epochs=$epochs" validate=1000000 validation=10 threads=1 |
      sed -n 's/^epoch seconds: //p' | tr ' ' '\n' | tail -n +2 >> "$times/$ranks"
  done
done

echo "$(date +%F), $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1), $cores cores, $(mpirun.openmpi --version | head -1). Median of $(wc -l < "$times/1") epochs, one thread a rank, no validation."
echo
echo "| ranks | s an epoch | images/s | speed-up | efficiency |"
echo "| --- | --- | --- | --- | --- |"
base=""
for ranks in 1 2 4; do
  seconds=$(sort -n "$times/$ranks" | awk '{ t[NR] = $1 } END { print (t[int((NR + 1) / 2)] + t[int(NR / 2) + 1]) / 2 }')
  base=${base:-$seconds}
  note=""
  [ "$ranks" -gt "$cores" ] && note=" on $cores cores"
  awk -v n="$ranks" -v s="$seconds" -v b="$base" -v c="$cores" -v note="$note" \
    'BEGIN { used = n < c ? n : c; printf "| %d%s | %.2f | %.0f | %.2f | %.0f%% |\n", n, note, s, 60000 / s, b / s, 100 * b / s / used }'
done

echo
mpirun.openmpi $options -n 2 dotnet "$program" allreduce scaling | sed 's/^/shared memory: /'

if [ "$(id -u)" != 0 ] || ! command -v ip > /dev/null || ! command -v unshare > /dev/null; then
  echo "between two network namespaces: left out, it needs root, ip and unshare"
  exit
fi
first="scale1-$$" second="scale2-$$" folder=$(mktemp -d)
trap 'ip netns del "$first"; ip netns del "$second"; rm -rf "$folder" "$times"' EXIT
ip netns add "$first"
ip netns add "$second"
ip -n "$first" link add cable type veth peer name cable netns "$second"
ip -n "$first" address add 10.78.0.1/24 dev cable
ip -n "$second" address add 10.78.0.2/24 dev cable
for name in "$first" "$second"; do ip -n "$name" link set lo up; ip -n "$name" link set cable up; done
printf '#!/bin/sh\nshift\nexec ip netns exec %s unshare --uts sh -c "hostname %s; $*"\n' "$second" "$second" > "$folder/agent.sh"
chmod +x "$folder/agent.sh"
printf '10.78.0.1 slots=1\n10.78.0.2 slots=1\n' > "$folder/hosts"
sent() { ip netns exec "$first" cat /sys/class/net/cable/statistics/tx_bytes; }
before=$(sent)
ip netns exec "$first" unshare --uts sh -c "hostname $first; exec \"\$@\"" sh mpirun.openmpi $options -n 2 --map-by node --hostfile "$folder/hosts" \
  --mca plm_rsh_agent "$folder/agent.sh" --mca btl self,tcp --mca btl_tcp_if_include 10.78.0.0/24 --mca oob_tcp_if_include 10.78.0.0/24 \
  dotnet "$program" allreduce scaling | sed 's/^/between two network namespaces: /'
echo "$(($(sent) - before)) bytes left the first namespace"
