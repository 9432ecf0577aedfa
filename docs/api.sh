#!/usr/bin/env bash
# Builds the API reference from the docstrings, with the pages, into artifacts/api/site. A broken link or reference, or any other warning, is a failure.
# 'docs/api.sh --no-build' takes the sample as it was built last: its output has the three libraries and all that they refer to.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
dotnet tool restore > /dev/null
[ "${1:-}" = --no-build ] || dotnet build src/MnistCnn.Samples -c Release -v q -nologo
rm -rf artifacts/api
mkdir -p artifacts/api
# docfx wants all pages below its settings.
tar cf - ./*.md docs/*.md docs/design docs/images | tar xf - -C artifacts/api
cp docs/api/* artifacts/api
dotnet docfx artifacts/api/docfx.json --warningsAsErrors
echo "artifacts/api/site/index.html"
