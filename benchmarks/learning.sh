#!/usr/bin/env bash
# What the recipes reach on real MNIST, over several seeds, and the same job in PyTorch: benchmarks/learning.sh --data DIR [--seeds N]
# Prints Markdown tables of test accuracy in percent by epoch. Takes about half an hour without a peer, and longer with one.
set -euo pipefail
repository=$(cd "$(dirname "$0")/.." && pwd)
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE
data="" seeds=5
while [ $# -gt 0 ]; do
  case $1 in
    --data) data=$2; shift 2 ;;
    --seeds) seeds=$2; shift 2 ;;
    *) echo "usage: learning.sh --data DIR [--seeds N]" >&2; exit 2 ;;
  esac
done
[ -n "$data" ] || { echo "usage: learning.sh --data DIR [--seeds N]" >&2; exit 2; }

dotnet build "$repository/benchmarks/MnistCnn.Benchmarks" -c Release -v q -nologo >&2
learning() {
  dotnet "$repository/benchmarks/MnistCnn.Benchmarks/bin/Release/net10.0/MnistCnn.Benchmarks.dll" learning --data "$data" --seeds "$seeds" "$@"
  echo
}
learning --recipe reference
learning --recipe reference --precision BFloat16Mixed
learning --recipe fast
learning --recipe best

if /usr/bin/python3 -c 'import torch, torchvision' 2> /dev/null; then
  echo "PyTorch, the reference job:"
  for seed in $(seq 1 "$seeds"); do
    /usr/bin/python3 "$repository/benchmarks/peers/reference.py" --data "$data" --seed "$seed" | tail -1
  done
fi
