# Shared by the scripts beside it: MariaDB servers by host and port, and statements on them.
# shellcheck shell=bash

# Ends the script with a message. 2: nothing was changed because of how it was called or what was found.
die() {
  printf '%s: %s\n' "$(basename "$0")" "$1" >&2
  exit "${2:-1}"
}

say() {
  printf '%s: %s\n' "$(basename "$0")" "$1"
}

# A host and port, as an option's value; the port is needed so that nobody changes the wrong server by leaving it out.
need_address() {
  [[ "${2:-}" =~ ^[A-Za-z0-9._-]+:[0-9]+$ ]] || die "$1 needs HOST:PORT" 2
}

# client PROGRAM HOST:PORT ARGUMENTS… runs a client program as the administrator, whose password no process list shows,
# for at most CLIENT_LIMIT_S seconds when that is set.
client() {
  local program=$1 address=$2
  shift 2
  MYSQL_PWD=$ADMIN_PASSWORD timeout "${CLIENT_LIMIT_S:-0}" "$program" --no-defaults --protocol=tcp --host="${address%:*}" --port="${address##*:}" \
    --user="$ADMIN_USER" "$@"
}

# sql HOST:PORT STATEMENTS prints the rows: columns parted by tabs, no header.
sql() {
  client mariadb "$1" --connect-timeout=10 --batch --skip-column-names --execute "$2"
}

# slave_status HOST:PORT FIELD prints a field of SHOW SLAVE STATUS; nothing when the server follows nobody.
slave_status() {
  client mariadb "$1" --connect-timeout=10 --batch --execute 'SHOW SLAVE STATUS\G' |
    sed -n "s/^ *$2: //p"
}

# until_true SECONDS COMMAND… repeats the command until it succeeds; fails after that many seconds.
until_true() {
  local limit=$((SECONDS + $1))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$limit" ] || return 1
    sleep 0.2
  done
}

# Quotes a value for SQL.
quoted() {
  local value=${1//\\/\\\\}
  printf "'%s'" "${value//\'/\'\'}"
}

: "${ADMIN_USER:=root}"
