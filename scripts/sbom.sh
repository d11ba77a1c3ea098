#!/usr/bin/env bash
# Writes what the program is built from to target/amazoff.cdx.json (CycloneDX), for the machine that it runs on.
set -euo pipefail
cd "$(dirname "$0")/.."

version=0.5.9
if ! .tools/bin/cargo-cyclonedx cyclonedx --version 2>/dev/null | grep -qF " $version"; then
  echo "sbom: building cargo-cyclonedx"
  cargo install --quiet --root .tools --locked --version "$version" cargo-cyclonedx
fi
