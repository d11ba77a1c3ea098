#!/usr/bin/env bash
# The long runs: the simulation with SIM_SEEDS seeds (default 50000), then the kill test again and again with other seeds
# of chance. SOAK_RUNS says how often (default 30).
set -uo pipefail
cd "$(dirname "$0")/.."

runs=${SOAK_RUNS:-30}
passed=0
failed=0
seeds=${SIM_SEEDS:-50000}
printf '== simulation, %d seeds\n' "$seeds"
if SIM_SEEDS=$seeds cargo nextest run -p amazoff-world --locked --features amazoff-world/fault-points --test simulation --no-fail-fast; then
  passed=$((passed + 1))
else
  failed=$((failed + 1))
fi
for ((run = 1; run <= runs; run++)); do
  seed=$((RANDOM * 32768 + RANDOM))
  printf '== run %d of %d, TEST_SEED=%d\n' "$run" "$runs" "$seed"
  if TEST_SEED=$seed cargo nextest run -p amazoff-server --locked --features fault-points --test kill --no-fail-fast; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
  fi
done
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
