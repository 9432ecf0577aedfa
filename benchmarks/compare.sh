#!/usr/bin/env bash
# Compares this library with what one would use instead, in one run on one machine; --help lists the options.
# Peers are installed where that is possible (Debian, root).
# COMPARE_PREFIX, if set, is a command put before every measured process, such as "taskset -c 0,1".
set -euo pipefail
repository=$(cd "$(dirname "$0")/.." && pwd)
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 ORT_DISABLE_TELEMETRY=1
# Both make OpenBLAS choose other kernels than it would by itself.
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE

packages="python3-torch python3-torchvision libopenblas0-pthread openmpi-bin"
if ! dpkg -s $packages > /dev/null 2>&1; then
  if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
    (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages) > /dev/null 2>&1 ||
      echo "Not installed: $packages." >&2
  else
    echo "Peers in Python and ranks of MPI are left out unless these packages are there: $packages." >&2
  fi
fi

dotnet publish "$repository/src/MnistCnn.Samples" -c Release -o "$repository/src/MnistCnn.Samples/bin/publish" -v q -nologo >&2
dotnet publish "$repository/benchmarks/MnistCnn.Benchmarks" -c Release -o "$repository/benchmarks/MnistCnn.Benchmarks/bin/Release/publish" -v q -nologo >&2
# The runtimes of .NET 8 and 9 come with the program, where the packages of these runtimes can be had.
case " $* " in
  *" --only "*" runtimes "* | *" --only runtimes "*) runtimes=1 ;;
  *" --only "*) runtimes="" ;;
  *) runtimes=1 ;;
esac
if [ -n "$runtimes" ]; then
  for framework in net8.0 net9.0; do
    dotnet publish "$repository/benchmarks/MnistCnn.Benchmarks" -c Release -p:BenchmarkFramework=$framework --self-contained \
      -o "$repository/benchmarks/MnistCnn.Benchmarks/bin/Release/publish-$framework" -v q -nologo >&2 ||
      echo "Not published for $framework." >&2
  done
fi
exec dotnet "$repository/benchmarks/MnistCnn.Benchmarks/bin/Release/publish/MnistCnn.Benchmarks.dll" compare "$@"
