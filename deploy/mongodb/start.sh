#!/usr/bin/env bash
# Starts mongod in the image of MongoDB. A replica set with logins needs a key file that only mongod may read, which a
# mounted secret is not.
set -euo pipefail

secret=${MONGODB_KEY_FILE:-/run/secrets/mongodb_key}
key=${MONGODB_KEY_COPY:-/data/configdb/key}

install -m 400 "$secret" "$key"
[ "$(id -u)" -ne 0 ] || chown mongodb:mongodb "$key"
exec docker-entrypoint.sh "$@" --keyFile "$key"
