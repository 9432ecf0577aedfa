#!/usr/bin/env bash
# How many written numbers are read right: benchmarks/numbers.sh --data DIR [--recipe fast|best] [--count N]
# Composes scans of MNIST test digits, the same as the tests, and reads them with a model of the recipe (best by default: about a minute of training).
set -euo pipefail
repository=$(cd "$(dirname "$0")/.." && pwd)
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
dotnet build "$repository/benchmarks/MnistCnn.Benchmarks" -c Release -v q -nologo >&2
dotnet "$repository/benchmarks/MnistCnn.Benchmarks/bin/Release/net10.0/MnistCnn.Benchmarks.dll" numbers "$@"
