#!/usr/bin/env bash
# The long runs. A Galera cluster loses its writer, Lighthouse looks at three pages. SIM_SEEDS says over how many seeds
# the whole shop is simulated (default 50,000); SOAK_RUNS how often the kill tests run, each time with another seed of
# chance (default 30); PRICING_CASES how many baskets are priced (default 100,000); PAYSIM_SEQUENCES how many sequences
# of payments run against the simulator (default 10,000). The last line counts.
set -uo pipefail
cd "$(dirname "$0")/.." || exit

passed=0
failed=0

# Runs a command and counts how it ended.
run() {
  printf '\n== %s\n' "$1"
  shift
  if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
}

run "three MariaDB nodes with Galera, the writer killed" \
  cargo nextest run -p amazoff-databases --locked --test galera --run-ignored only

run "simulation of ${SIM_SEEDS:=50000} seeds" \
  env SIM_SEEDS="$SIM_SEEDS" cargo test -p amazoff-world --release --locked --features fault-points --test world \
  whatever_goes_wrong -- --nocapture

run "pricing of ${PRICING_CASES:=100000} baskets" \
  env PRICING_CASES="$PRICING_CASES" cargo test -p amazoff-actors --release --locked pricing::engine::tests::properties

run "${PAYSIM_SEQUENCES:=10000} sequences of payments against the simulator" \
  env PAYSIM_SEQUENCES="$PAYSIM_SEQUENCES" cargo test -p amazoff-gateways --release --locked --test providers \
  sequences:: -- --nocapture

run "the API against its own document for ${JUDGES_SECONDS:=900} s" \
  bash -c "cargo build --locked --features amazoff-server/fault-points && JUDGES_SECONDS=$JUDGES_SECONDS JUDGES_SEED=$RANDOM tests/judges/run.sh"

run "Lighthouse over home, product and checkout" \
  bash -c "cargo build --release --locked && node tests/lighthouse/run.mjs"

for ((n = 1; n <= ${SOAK_RUNS:-30}; n++)); do
  seed=$((RANDOM * 32768 + RANDOM))
  run "kill tests, run $n of ${SOAK_RUNS:-30}, TEST_SEED=$seed" \
    env TEST_SEED="$seed" cargo nextest run -p amazoff-server --locked --features fault-points --test black_box --no-fail-fast kill::
done

printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
