#!/usr/bin/env bash
# The figures of this machine, release build: of the whole server from outside, then of the runtime beside its peers. They are
# printed and, with what they were measured on, written to docs/bench-report.md.
# BENCH_CARTS: live carts (default 100000). BENCH_SCALE divides the sizes of the second part. BENCH_MARIADB=0 leaves MariaDB out.
# BENCH_BUILD=1 also times a cold release build in a folder of its own. Names of sections as arguments run only those of the second
# part and write no report.
set -euo pipefail
cd "$(dirname "$0")/.."

# Named together each time: for one package alone cargo would build what they share anew, with that package's features.
packages=(-p amazoff-server -p amazoff-persistence -p amazoff-search -p amazoff-gateways -p amazoff-bench)
bench() {
  local name=$1
  shift
  cargo bench --quiet --locked "${packages[@]}" --bench "$name" -- "$@"
}

load() {
  echo "load $(cut -d' ' -f1-3 /proc/loadavg)"
}

if [ "$#" -gt 0 ]; then
  load
  bench runtime "$@"
  load
  exit
fi

report=docs/bench-report.md
new=$(mktemp)
folder=$(mktemp -d)
# What was measured before something failed is kept.
trap 'cat "$new" >"$report"; rm -rf "$new" "$folder"; echo "written to $report"' EXIT

# A section: its title, then the command whose output it is.
section() {
  local title=$1
  shift
  printf '\n## %s\n\n```text\n' "$title" >>"$new"
  # Others that use the same cores show here.
  { load && "$@" && load; } | tee -a "$new"
  printf '```\n' >>"$new"
}

version() {
  command -v "$1" >/dev/null && "$@" 2>/dev/null | head -1 || echo "no $1"
}

cat >"$new" <<END
# Figures of one run

Written by \`make bench\` on $(date -u +%F); what they mean, and the goals, stand in [benchmarks.md](benchmarks.md). Each section names the
load of the machine before and after it.

- $(nproc) cores ($(awk -F': ' '/model name/ { print $2; exit }' /proc/cpuinfo)), $(awk '/MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo), Linux $(uname -r)
- amazoff $(git describe --always --dirty 2>/dev/null || echo unknown), $(rustc --version), $(version mariadbd --version)
END

section "The server from outside (SQLite)" bench figures
if command -v mariadbd >/dev/null; then
  export BENCH_MARIADB=${BENCH_MARIADB:-1}
fi
section "Adding and buying beside the same rows" bench buying
section "The catalogue beside bare axum" bench gateway
section "Checkout beside many sockets" bench sockets
section "The journal port beside a bare loop" bench appends
section "Search" bench catalogue
section "Pictures" bench images
section "The runtime beside its peers" bench runtime

if [ "${BENCH_BUILD:-0}" = 1 ]; then
  build() {
    local started=$SECONDS
    CARGO_TARGET_DIR=$folder cargo build --release --locked --quiet || return
    printf 'cold release build                       %10d s\n' "$((SECONDS - started))"
  }
  section "Building" build
fi
