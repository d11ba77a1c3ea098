#!/usr/bin/env bash
# The figures of this machine, release build: of the whole server from outside, then of the runtime beside its peers.
# BENCH_CARTS: live carts (default 100000). BENCH_SCALE divides the sizes of the second part. BENCH_BUILD=1 also times a
# cold release build in a folder of its own. Names of sections as arguments run only those of the second part.
set -euo pipefail
cd "$(dirname "$0")/.."

echo "machine: $(nproc) cores, $(awk '/MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo), $(rustc --version)"
# Named together each time: for one package alone cargo would build what they share anew, with that package's features.
packages=(-p amazoff-server -p amazoff-persistence -p amazoff-search -p amazoff-gateways -p amazoff-bench)
bench() {
  local name=$1
  shift
  cargo bench --locked "${packages[@]}" --bench "$name" -- "$@"
}

if [ "$#" -eq 0 ]; then
  for name in figures buying gateway sockets appends catalogue images; do
    bench "$name"
  done
fi
# Others that use the same cores show here.
echo "load before: $(cut -d' ' -f1-3 /proc/loadavg)"
bench runtime "$@"
echo "load after: $(cut -d' ' -f1-3 /proc/loadavg)"

if [ "${BENCH_BUILD:-0}" = 1 ]; then
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  started=$SECONDS
  CARGO_TARGET_DIR=$folder cargo build --release --locked --quiet
  printf 'cold release build                       %10d s\n' "$((SECONDS - started))"
fi
