#!/usr/bin/env bash
# Judges from outside, against the real program: schemathesis reads /openapi.json and tries to prove it wrong, kosoku runs
# Autobahn's cases against the WebSockets. The table says how often each operation succeeded; the last line counts the
# judgements.
#   SHOP_BINARY=…   a build with the feature fault-points
#   JUDGES_SECONDS  how long schemathesis may try (45; `make soak` uses 900)
set -uo pipefail
cd "$(dirname "$0")/../.." || exit
binary=$(realpath "${SHOP_BINARY:-target/debug/amazoff}")
tools=$(realpath .tools/venv/bin)
config=$(realpath tests/judges/schemathesis.toml)
seconds=${JUDGES_SECONDS:-45}
folder=$(mktemp -d)
shop=
finish() {
  [ -z "$shop" ] || kill "$shop" 2>/dev/null
  wait 2>/dev/null
  rm -rf "$folder"
}
trap finish EXIT

email=judge@example.org
password=a-judge-of-the-outside
env -i PATH="$PATH" AMAZOFF_LISTEN=127.0.0.1:0 AMAZOFF_DATA_DIR="$folder/data" AMAZOFF_SEED=small AMAZOFF_WEBHOOKS_HERE=on AMAZOFF_RATE_LIMITS=off \
  AMAZOFF_SANDBOX_LATENCY_MS=0 AMAZOFF_SANDBOX_WEBHOOK_SECRET=sandbox-webhook-secret AMAZOFF_OWNER_EMAIL=$email AMAZOFF_OWNER_PASSWORD=$password \
  "$binary" >"$folder/log" 2>&1 &
shop=$!
for _ in $(seq 300); do
  base=$(grep -oE 'listening on http://[0-9.:]+' "$folder/log" | head -1 | cut -d' ' -f3)
  [ -n "$base" ] && "$binary" health "${base#http://}" >/dev/null 2>&1 && break
  kill -0 "$shop" 2>/dev/null || { cat "$folder/log"; exit 1; }
  sleep 0.1
done

failed=0
export JUDGE_URL=$base JUDGE_EMAIL=$email JUDGE_PASSWORD=$password SCHEMATHESIS_HOOKS=tests.judges.hooks PYTHONPATH=$PWD
export JUDGE_COUNTS=$folder/counts JUDGE_MAILS=$folder/data/mail JUDGES_SEED=${JUDGES_SEED:-1}
(cd "$folder" && "$tools/st" --config-file "$config" run "$base/openapi.json" --max-time "$seconds" --seed "$JUDGES_SEED" --no-color) ||
  failed=$((failed + 1))
"$tools/python" tests/judges/table.py "$folder/counts" || failed=$((failed + 1))
"$tools/kosoku" -m fuzzingclient -x '9.*' -x '12.*' -x '13.*' -o "$folder/sockets" "ws://${base#http://}/ws-echo" >"$folder/kosoku" 2>&1 ||
  failed=$((failed + 1))
tail -5 "$folder/kosoku"
# What the judge asks for: that money cannot be taken, to pay again, and that one part of the shop is killed often.
if grep -aE ' ERROR | panicked' "$folder/log" | grep -avE 'its money could not be taken|shop/coupon .*killed'; then
  echo "the shop logged errors"
  failed=$((failed + 1))
fi
[ "$failed" -eq 0 ] || tail -20 "$folder/log"
printf '%d passed, %d failed\n' $((4 - failed)) "$failed"
[ "$failed" -eq 0 ]
