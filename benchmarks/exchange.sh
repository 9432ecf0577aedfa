#!/usr/bin/env bash
# What an exchange of gradients between two ranks costs: benchmarks/exchange.sh
# Needs Open MPI (package openmpi-bin); the part between two network namespaces needs root, ip and unshare, and is left out without them.
set -euo pipefail
repository=$(cd "$(dirname "$0")/.." && pwd)
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 TERM=dumb
command -v mpirun.openmpi > /dev/null || { echo "exchange.sh: expected Open MPI, found none. Install the package openmpi-bin." >&2; exit 1; }

host="$repository/tests/MnistCnn.Mpi.TestHost"
program="$host/bin/Release/net10.0/MnistCnn.Mpi.TestHost.dll"
dotnet build "$host" -c Release -v q -nologo >&2
options="--oversubscribe --bind-to none"
[ "$(id -u)" = 0 ] && options="--allow-run-as-root $options"

mpirun.openmpi $options -n 2 dotnet "$program" allreduce exchange | sed 's/^/shared memory: /'

if [ "$(id -u)" != 0 ] || ! command -v ip > /dev/null || ! command -v unshare > /dev/null; then
  echo "between two network namespaces: left out, it needs root, ip and unshare"
  exit
fi
first="scale1-$$" second="scale2-$$" folder=$(mktemp -d)
trap 'ip netns del "$first"; ip netns del "$second"; rm -rf "$folder"' EXIT
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
  dotnet "$program" allreduce exchange | sed 's/^/between two network namespaces: /'
echo "$(($(sent) - before)) bytes left the first namespace"
