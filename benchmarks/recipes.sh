#!/usr/bin/env bash
# Chooses recipes on held-out training images, and measures them on digits from the real world:
#   benchmarks/recipes.sh choose --data DIR [--recipe fast|best|robust] [--only NAME,NAME] [--epochs N] [--seeds N] [--first-seed N]
#   benchmarks/recipes.sh realworld --data DIR [--recipe reference|fast|best|robust] [--seeds N] [--first-seed N] [--fashion DIR] [--others DIR] [--out DIR]
#   benchmarks/recipes.sh transforms --data DIR [--rounds N]
# 'choose' never reads test images. What it tries is in MnistCnn.Benchmarks/Training/RecipeCandidates.cs.
set -euo pipefail
repository=$(cd "$(dirname "$0")/.." && pwd)
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
case ${1:-} in
  choose | realworld | transforms) ;;
  *) sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
dotnet build "$repository/benchmarks/MnistCnn.Benchmarks" -c Release -v q -nologo >&2
exec dotnet "$repository/benchmarks/MnistCnn.Benchmarks/bin/Release/net10.0/MnistCnn.Benchmarks.dll" "$@"
