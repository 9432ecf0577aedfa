#!/usr/bin/env bash
# Accuracy of the BatchNorm preset on Fashion-MNIST after 20 epochs, three seeds: benchmarks/fashion.sh --data DIR [--seeds "1 2 3"] [--epochs N]
# DIR holds the four files of Fashion-MNIST; Debian's package dataset-fashion-mnist installs them to /usr/share/datasets/fashion-mnist.
# The options are those of the recipe 'fast' but for the epochs and the learning rate; none was chosen by the test images.
set -euo pipefail
repository=$(cd "$(dirname "$0")/.." && pwd)
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
data="" seeds="1 2 3" epochs=20
while [ $# -gt 0 ]; do
  case $1 in
    --data) data=$2; shift 2 ;;
    --seeds) seeds=$2; shift 2 ;;
    --epochs) epochs=$2; shift 2 ;;
    *) data=""; break ;;
  esac
done
[ -n "$data" ] || { echo "usage: fashion.sh --data DIR [--seeds \"1 2 3\"] [--epochs N]" >&2; exit 2; }

sample="$repository/src/MnistCnn.Samples"
dotnet build "$sample" -c Release -v q -nologo >&2
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
for seed in $seeds; do
  accuracy=$(dotnet "$sample/bin/Release/net10.0/MnistCnn.Samples.dll" train --variant fashion --data "$data" --network batchnorm --recipe fast \
    --epochs "$epochs" --lr 0.004 --seed "$seed" --out "$out/$seed" --json | tail -n 1 | sed -n 's/.*"val_accuracy":\([0-9.]*\).*/\1/p')
  echo "seed $seed: $accuracy" | tee -a "$out/accuracies"
done
awk '{ sum += $3 } END { printf "mean of %d seeds: %.4f\n", NR, sum / NR }' "$out/accuracies"
