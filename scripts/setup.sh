#!/usr/bin/env bash
# Installs what the tests need beside Rust: a browser, node with npm, Erlang (its supervisor is the measure of ours),
# cargo-nextest, the browser tests' packages.
# For Debian and its like. What is there already is left alone; root (or sudo) is needed only for what is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
command -v make >/dev/null || missing+=(make)
command -v git >/dev/null || missing+=(git)
command -v cc >/dev/null || missing+=(build-essential)
command -v node >/dev/null || missing+=(nodejs)
command -v npm >/dev/null || missing+=(npm)
command -v escript >/dev/null || missing+=(erlang-base)
command -v chromium >/dev/null || [ -n "${CHROMIUM:-}" ] || missing+=(chromium fonts-dejavu-core)

if [ "${#missing[@]}" -gt 0 ]; then
  as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  echo "setup: installing ${missing[*]}"
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

if ! cargo nextest --version >/dev/null 2>&1; then
  echo "setup: building cargo-nextest"
  cargo install --locked cargo-nextest
fi

lock=tests/browser/package-lock.json
stamp=tests/browser/node_modules/.installed
if ! cmp -s "$lock" "$stamp"; then
  echo "setup: fetching the browser tests' packages"
  (cd tests/browser && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
  cp "$lock" "$stamp"
fi
echo "setup: ready"
