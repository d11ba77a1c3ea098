#!/usr/bin/env bash
# Writes what the program is built from to target/amazoff.cdx.json (CycloneDX), for the machine that it runs on.
set -euo pipefail
cd "$(dirname "$0")/.."

version=0.5.9
if ! .tools/bin/cargo-cyclonedx cyclonedx --version 2>/dev/null | grep -qF " $version"; then
  echo "sbom: building cargo-cyclonedx"
  cargo install --quiet --root .tools --locked --version "$version" cargo-cyclonedx
fi

# One file appears beside the manifest of each crate with a program; only the shop's is kept. Where it was built is nobody's
# business.
.tools/bin/cargo-cyclonedx cyclonedx --quiet --manifest-path server/Cargo.toml \
  --format json --spec-version 1.5 --describe binaries
mkdir -p target
sed "s|$PWD|.|g" server/amazoff_bin.cdx.json >target/amazoff.cdx.json
find . -path ./target -prune -o -name '*_bin.cdx.json' -exec rm {} +
echo "sbom: target/amazoff.cdx.json"
