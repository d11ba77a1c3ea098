#!/usr/bin/env bash
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/mariadb-lib.sh"

usage() {
  cat <<'TEXT'
Makes an empty MariaDB server the replica of another: copies users and databases, then follows by GTID.

  mariadb-replica-init.sh --primary HOST:PORT --replica HOST:PORT

The replica must reach the primary by that name. Both run with the settings in deploy/mariadb (primary.cnf, replica.cnf).
The primary goes on serving. A replica that follows already is left alone; users that it has keep their passwords.

Variables: ADMIN_PASSWORD        of the administrator of both servers
           ADMIN_USER            its name (default: root)
           REPLICATION_PASSWORD  for the user `replication`, which is made on the primary
           WAIT_MAX_S            seconds until the replica must have caught up (default: 300)

Ends with 0: the replica follows and the primary waits for it; 1: something failed; 2: nothing was changed.
TEXT
}

primary='' replica=''
while [ $# -gt 0 ]; do
  case $1 in
    --primary) need_address "$1" "${2:-}"; primary=$2; shift 2 ;;
    --replica) need_address "$1" "${2:-}"; replica=$2; shift 2 ;;
    --help | -h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
[ -n "$primary" ] && [ -n "$replica" ] || { usage >&2; exit 2; }
[ -n "${ADMIN_PASSWORD:-}" ] || die "ADMIN_PASSWORD is not set" 2
[ -n "${REPLICATION_PASSWORD:-}" ] || die "REPLICATION_PASSWORD is not set" 2
wait_max=${WAIT_MAX_S:-300}

setting() {
  sql "$1" "SELECT @@GLOBAL.$2"
}

databases() {
  sql "$1" "SELECT schema_name FROM information_schema.schemata
    WHERE schema_name NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys')"
}

running() {
  [ "$(slave_status "$replica" Slave_IO_Running)" = Yes ] && [ "$(slave_status "$replica" Slave_SQL_Running)" = Yes ]
}

connected() {
  [ "$(sql "$primary" "SHOW GLOBAL STATUS LIKE 'Rpl_semi_sync_master_clients'" | cut -f2)" -ge 1 ]
}

# The primary waits for a replica from the first commit on that the replica has confirmed, so this makes one.
waited_for() {
  sql "$primary" "$set_password"
  [ "$(sql "$primary" "SHOW GLOBAL STATUS LIKE 'Rpl_semi_sync_master_status'" | cut -f2)" = ON ]
}

[ "$(setting "$primary" log_bin)" = 1 ] || die "the primary writes no binary log (deploy/mariadb/primary.cnf)" 2
[ "$(setting "$primary" read_only)" = 0 ] || die "the primary is read-only" 2
[ "$(setting "$replica" read_only)" = 1 ] || die "the replica is not read-only (deploy/mariadb/replica.cnf)" 2
[ "$(setting "$primary" server_id)" != "$(setting "$replica" server_id)" ] || die "both servers have one server_id" 2
if running; then
  say "$replica follows already"
  exit 0
fi
[ -z "$(databases "$replica")" ] || die "the replica is not empty: start it on an empty data folder" 2

set_password="ALTER USER 'replication'@'%' IDENTIFIED BY $(quoted "$REPLICATION_PASSWORD")"
sql "$primary" "CREATE USER IF NOT EXISTS 'replication'@'%'; $set_password;
  GRANT REPLICATION SLAVE ON *.* TO 'replication'@'%'"

say "copying users and databases from $primary"
sql "$replica" "STOP SLAVE; RESET SLAVE ALL; RESET MASTER"
mapfile -t names < <(databases "$primary")
# What is loaded must not get numbers of the replica's own: gtid_strict_mode would refuse the primary's then.
# The position and the data belong together: the dump reads one snapshot and notes the GTID of it.
copy() {
  # Only root may pass on what root may do in the name of others, and nobody of the shop does.
  client mariadb-dump "$primary" --system=users --insert-ignore | sed '/^GRANT PROXY /d' || return
  if [ "${#names[@]}" -gt 0 ]; then
    client mariadb-dump "$primary" --single-transaction --gtid --master-data=1 --routines --triggers --events --hex-blob \
      --databases "${names[@]}"
  else
    printf 'SET GLOBAL gtid_slave_pos = %s;\n' "$(quoted "$(setting "$primary" gtid_binlog_pos)")"
  fi
}
copy | client mariadb "$replica" --init-command='SET SESSION sql_log_bin = 0' ||
  die "the copy failed; start the replica on an empty data folder before the next try"

sql "$replica" "SET SESSION sql_log_bin = 0; FLUSH PRIVILEGES; CHANGE MASTER TO MASTER_HOST = $(quoted "${primary%:*}"), MASTER_PORT = ${primary##*:},
  MASTER_USER = 'replication', MASTER_PASSWORD = $(quoted "$REPLICATION_PASSWORD"),
  MASTER_USE_GTID = slave_pos, MASTER_CONNECT_RETRY = 1; START SLAVE"

until_true "$wait_max" running || die "the replica does not follow: $(slave_status "$replica" 'Last_[A-Z]*_Error')"
position=$(quoted "$(setting "$primary" gtid_binlog_pos)")
[ "$(sql "$replica" "SELECT MASTER_GTID_WAIT($position, $wait_max)")" = 0 ] ||
  die "the replica has not caught up within $wait_max s"
until_true "$wait_max" connected || die "one of the two has semi-synchronous replication switched off"
until_true "$wait_max" waited_for || die "the primary does not wait for the replica"
say "$replica follows $primary at $(setting "$replica" gtid_slave_pos)"
