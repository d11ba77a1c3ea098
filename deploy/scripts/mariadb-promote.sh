#!/usr/bin/env bash
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/mariadb-lib.sh"

usage() {
  cat <<'TEXT'
Makes a MariaDB replica the primary, after the primary was lost.

  mariadb-promote.sh --replica HOST:PORT --database NAME [--old HOST:PORT]

Applies what was received and not yet applied, raises the epoch of every shard far beyond what the old primary can have
given out, and takes writes. What a shop still writes under an epoch of the old primary is refused from then on.
With --old the old primary is made read-only first, if it answers; stop it for good whether it does or not.

Variables: ADMIN_PASSWORD  of the administrator of the servers
           ADMIN_USER      its name (default: root)
           WAIT_MAX_S      seconds for applying what was received (default: 300)

Ends with 0: it is the primary; 1: something failed, and it is still a replica; 2: nothing was changed.
Do not restart the replica before: a start throws away what it has received and not applied.
Afterwards: give it primary.cnf instead of replica.cnf, and the shop its address (AMAZOFF_DATABASE_URL).
Until it has a replica of its own (mariadb-replica-init.sh), its commits are on one machine only.
TEXT
}

# More epochs than a shop takes in its life: each claim of a shard takes one.
readonly EPOCH_STEP=1048576

replica='' database='' old=''
while [ $# -gt 0 ]; do
  case $1 in
    --replica) need_address "$1" "${2:-}"; replica=$2; shift 2 ;;
    --old) need_address "$1" "${2:-}"; old=$2; shift 2 ;;
    --database) database=${2:-}; shift 2 || die "--database needs a name" 2 ;;
    --help | -h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
[ -n "$replica" ] && [ -n "$database" ] || { usage >&2; exit 2; }
[[ "$database" =~ ^[A-Za-z0-9_]+$ ]] || die "--database: letters, digits and _ only" 2
[ -n "${ADMIN_PASSWORD:-}" ] || die "ADMIN_PASSWORD is not set" 2
wait_max=${WAIT_MAX_S:-300}

# Everything that was received is applied.
drained() {
  local error
  error=$(slave_status "$replica" Last_SQL_Error)
  [ -z "$error" ] || die "the replica cannot apply what it received: $error"
  [ "$(slave_status "$replica" Gtid_IO_Pos)" = "$(sql "$replica" 'SELECT @@GLOBAL.gtid_slave_pos')" ]
}

[ -n "$(slave_status "$replica" Master_Host)" ] || die "$replica is no replica" 2
sql "$replica" "SELECT 1 FROM \`$database\`.shard LIMIT 1" >/dev/null || die "$database is no shop's database" 2

if [ -n "$old" ]; then
  # It may hang, or wait for a commit that waits for the replica.
  if CLIENT_LIMIT_S=15 sql "$old" "SET GLOBAL read_only = 1" 2>/dev/null; then
    say "$old is read-only now"
  else
    say "$old does not answer; make sure that it never comes back as a primary"
  fi
fi

# A start of both threads at once throws away what was received. So one of them must be running all the time.
io=$(slave_status "$replica" Slave_IO_Running) applier=$(slave_status "$replica" Slave_SQL_Running)
if [ "$io" = No ] && [ "$applier" = No ]; then
  drained || die "both threads are stopped and something is not applied: compare Gtid_IO_Pos with gtid_slave_pos"
else
  say "applying what was received"
  sql "$replica" "START SLAVE SQL_THREAD; STOP SLAVE IO_THREAD"
  until_true "$wait_max" drained || die "not everything was applied within $wait_max s; it is still a replica"
fi

# Still read-only, which an administrator is not bound by: nobody can write under an old epoch in between.
say "raising the epochs"
# It stays a replica until that is done, so that the script can be run again.
sql "$replica" "STOP SLAVE; START TRANSACTION;
  UPDATE \`$database\`.shard SET epoch = epoch + $EPOCH_STEP, owner_node = NULL, state = 'free'; COMMIT;
  SET GLOBAL rpl_semi_sync_slave_enabled = 0; SET GLOBAL rpl_semi_sync_master_enabled = 1;
  RESET SLAVE ALL; SET GLOBAL read_only = 0"
say "$replica is the primary, at $(sql "$replica" 'SELECT @@GLOBAL.gtid_binlog_pos')"
