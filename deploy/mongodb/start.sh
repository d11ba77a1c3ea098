#!/usr/bin/env bash
# Starts mongod in the image of MongoDB. A replica set with logins needs a key file that only mongod may read, which a
# mounted secret is not.
set -euo pipefail

secret=${MONGODB_KEY_FILE:-/run/secrets/mongodb_key}
key=${MONGODB_KEY_COPY:-/data/configdb/key}

install -m 400 "$secret" "$key"
# The image gives its rights up only after this.
if [ "$(id -u)" -eq 0 ] && id mongodb >/dev/null 2>&1; then chown mongodb: "$key"; fi
exec docker-entrypoint.sh "$@" --keyFile "$key"
