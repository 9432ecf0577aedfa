#!/usr/bin/env bash
# The reference job, its resume and its evaluation on a GPU, beside the CPU: benchmarks/gpu.sh [--data DIR] [--device cuda] [--epochs 3]
# Prints a Markdown table; takes under five minutes.
# Needs an NVIDIA GPU with its driver, and packages of libtorch for CUDA (some GB). --device cpu tries the script itself.
set -euo pipefail
repository=$(cd "$(dirname "$0")/.." && pwd)
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
data="" device=cuda epochs=3
while [ $# -gt 0 ]; do
  case $1 in
    --data) data=$2; shift 2 ;;
    --device) device=$2; shift 2 ;;
    --epochs) epochs=$2; shift 2 ;;
    *) echo "usage: gpu.sh [--data DIR] [--device cuda] [--epochs N]" >&2; exit 2 ;;
  esac
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cuda=$([ "$device" = cpu ] || echo true)
dotnet publish "$repository/src/MnistCnn.Samples" -c Release -o "$work/program" -p:UseCuda="$cuda" -v q -nologo >&2
[ -n "$data" ] && data=(--data "$data") || data=()
sample() { dotnet "$work/program/MnistCnn.Samples.dll" "$@"; }
number() { sed -n "\$s/.*\"$1\":\([^,}]*\).*/\1/p" "$2"; }

# train NAME DEVICE EPOCHS FOLDER [more options]: a line of the table.
train() {
  local name=$1 on=$2 count=$3 folder=$4
  shift 4
  sample train "${data[@]}" --device "$on" --epochs "$count" --seed 1 --out "$work/$folder" --json "$@" > "$work/log"
  echo "| $name | $on | $count | $(number train_seconds "$work/log") | $(number val_accuracy "$work/log") | $(number val_loss "$work/log") |"
}

if [ "$device" != cpu ] && command -v nvidia-smi > /dev/null; then
  nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader
fi
echo
echo "| job | device | epochs | seconds | accuracy | loss |"
echo "| --- | --- | --- | --- | --- | --- |"
train "reference" "$device" "$epochs" whole
train "reference, first part" "$device" 1 cut
train "reference, resumed" "$device" "$epochs" cut --resume
train "reference" cpu 1 cpu
sample evaluate "${data[@]}" --model "$work/whole/model.safetensors" --json > "$work/log"
echo "| evaluation of the first | auto | | | $(number accuracy "$work/log") | $(number loss "$work/log") |"
echo
cmp -s "$work/whole/model.safetensors" "$work/cut/model.safetensors" && echo "The resumed run has the weights of the whole one, bit for bit." ||
  echo "The resumed run has other weights than the whole one."
