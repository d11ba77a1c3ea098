#!/usr/bin/env bash
# The figures of this machine, release build. BENCH_CARTS: live carts (default 100000). BENCH_BUILD=1 also times a cold
# release build in a folder of its own.
set -euo pipefail
cd "$(dirname "$0")/.."

echo "machine: $(nproc) cores, $(awk '/MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo), $(rustc --version)"
cargo bench --locked -p amazoff-server --bench figures

if [ "${BENCH_BUILD:-0}" = 1 ]; then
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  started=$SECONDS
  CARGO_TARGET_DIR=$folder cargo build --release --locked --quiet
  printf 'cold release build                       %10d s\n' "$((SECONDS - started))"
fi
