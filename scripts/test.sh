#!/usr/bin/env bash
# Everything a change must pass. Stops at the first step that fails; the last line says how many tests ran.
# One build configuration serves clippy's, nextest's and the browser's needs as far as cargo allows.
set -uo pipefail
cd "$(dirname "$0")/.." || exit

features=(--features "amazoff-server/fault-points,amazoff-world/fault-points")
# Examples are tested where they are included, and linted; a program of its own for each is of no use here.
targets=(--workspace --lib --bins --tests --locked "${features[@]}")
bin=${CARGO_TARGET_DIR:-target}/debug
passed=0
failed=0
logs=$(mktemp -d)
browser=
trap '[ -z "$browser" ] || kill "$browser" 2>/dev/null; rm -rf "$logs"' EXIT

# Runs a step with its output shown; a failing step ends the run.
step() {
  local name=$1
  shift
  printf '\n== %s\n' "$name"
  local started=$SECONDS
  if ! "$@"; then
    failed=$((failed > 0 ? failed : 1))
    printf '== %s failed\n%d passed, %d failed\n' "$name" "$passed" "$failed"
    exit 1
  fi
  printf '== %s: %d s\n' "$name" "$((SECONDS - started))"
}

# Adds the figures of a log to the totals: nextest's, rustdoc's and the browser's closing lines.
count() {
  local log=$1 good bad
  good=$(grep -oE '[0-9]+ passed' "$log" | awk '{ sum += $1 } END { print sum + 0 }')
  bad=$(grep -oE '[0-9]+ failed' "$log" | awk '{ sum += $1 } END { print sum + 0 }')
  passed=$((passed + good))
  failed=$((failed + bad))
}

# Both database servers run for as long as the tests do. What starts them was built with the tests: by itself it would be
# built with other features, and all that it depends on with it.
unit_tests() {
  "$bin/amazoff-databases" run -- \
    cargo nextest run "${targets[@]}" --no-fail-fast 2>&1 | tee "$logs/nextest"
  local status=${PIPESTATUS[0]}
  grep -E 'Summary' "$logs/nextest" | tail -1 >"$logs/summary"
  count "$logs/summary"
  return "$status"
}

doc_tests() {
  cargo test --workspace --doc --locked "${features[@]}" 2>&1 | tee "$logs/doc"
  local status=${PIPESTATUS[0]}
  grep -E '^test result' "$logs/doc" >"$logs/doc-results"
  count "$logs/doc-results"
  return "$status"
}

# A browser waits more than it works: it goes beside the documentation and the judges.
begin_browser_tests() {
  SHOP_BINARY=$bin/amazoff node tests/browser/run.mjs >"$logs/browser" 2>&1 &
  browser=$!
}

browser_tests() {
  wait "$browser"
  local status=$?
  browser=
  cat "$logs/browser"
  tail -1 "$logs/browser" >"$logs/browser-result"
  count "$logs/browser-result"
  return "$status"
}

# They read the document and the protocol, not the code.
judges() {
  SHOP_BINARY=$bin/amazoff tests/judges/run.sh 2>&1 | tee "$logs/judges"
  local status=${PIPESTATUS[0]}
  tail -1 "$logs/judges" >"$logs/judges-result"
  count "$logs/judges-result"
  return "$status"
}

# What stands beside the Rust code, and the OpenAPI document as it is kept.
other_lints() {
  .tools/venv/bin/shellcheck -x scripts/*.sh tests/judges/*.sh deploy/scripts/*.sh deploy/mongodb/*.sh &&
    .tools/venv/bin/hadolint --config deploy/hadolint.yaml deploy/Dockerfile &&
    .tools/venv/bin/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml deploy/compose.replica.yml &&
    node --check deploy/mongodb/health.js &&
    node --check deploy/mongodb/user.js &&
    REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true \
      tests/judges/node_modules/.bin/redocly lint http/openapi.json --config tests/judges/redocly.yaml
}

step "format" cargo fmt --all --check
step "lints" cargo clippy --workspace --all-targets --locked "${features[@]}" -- -D warnings
step "scripts and containers" other_lints
step "build" cargo nextest run "${targets[@]}" --no-run
step "tests" unit_tests
begin_browser_tests
step "doc tests" doc_tests
step "docs" env RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked "${features[@]}"
step "judges from outside" judges
step "browser" browser_tests

printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
