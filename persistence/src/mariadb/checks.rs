//! Whether a server keeps what it acknowledges.

use super::connection::Connection;
use super::options::MariaDbError;
use super::url::Server;
use crate::sql::{Cells as _, Statement, rows};

/// The oldest version that has what the statements need.
const VERSION_MIN: (u32, u32) = (10, 5);
/// A packet must hold the largest statement several times over.
const PACKET_BYTES_MIN: i64 = 16 * 1024 * 1024;

/// What a server says about itself.
#[derive(Clone, Debug)]
struct Facts {
    version: String,
    flush_log_at_commit: i64,
    log_bin: i64,
    sync_binlog: i64,
    packet_bytes: i64,
}

/// Refuses a server that is no MariaDB, is too old, or may lose commits. One that is read-only is not refused: it says so at
/// the first write, and may be writable by then.
pub(super) async fn check(connection: &mut Connection, server: &Server) -> Result<(), MariaDbError> {
    let facts = facts(connection).await.map_err(|source| server.unreachable(source))?;
    match objection(&facts) {
        None => Ok(()),
        Some(reason) => Err(MariaDbError::Unsuitable { server: server.name.clone(), reason }),
    }
}

async fn facts(connection: &mut Connection) -> Result<Facts, sqlx::Error> {
    let asked = Statement::new(
        "SELECT version(), CAST(@@innodb_flush_log_at_trx_commit AS SIGNED), CAST(@@log_bin AS SIGNED),
                CAST(@@sync_binlog AS SIGNED), CAST(@@max_allowed_packet AS SIGNED)",
    );
    let answer = connection.run(&asked).await?;
    let row = answer.rows.first().ok_or(sqlx::Error::RowNotFound)?;
    Ok(Facts {
        version: rows::text(row, 0)?,
        flush_log_at_commit: row.int(1)?,
        log_bin: row.int(2)?,
        sync_binlog: row.int(3)?,
        packet_bytes: row.int(4)?,
    })
}

fn objection(facts: &Facts) -> Option<String> {
    let Facts { version, flush_log_at_commit, log_bin, sync_binlog, packet_bytes } = facts;
    let (major, minor) = VERSION_MIN;
    if !version.to_ascii_lowercase().contains("mariadb") {
        return Some(format!("it is no MariaDB but {version}; MySQL is not supported"));
    }
    if numbers(version) < Some(VERSION_MIN) {
        return Some(format!("its version is {version}, and {major}.{minor} is the oldest that works"));
    }
    if *flush_log_at_commit != 1 {
        return Some(format!(
            "innodb_flush_log_at_trx_commit is {flush_log_at_commit}, so a crash loses commits: set it to 1"
        ));
    }
    if *log_bin != 0 && *sync_binlog != 1 {
        return Some(format!(
            "it writes a binary log with sync_binlog = {sync_binlog}, so a crash makes replicas differ: set it to 1"
        ));
    }
    if *packet_bytes < PACKET_BYTES_MIN {
        return Some(format!(
            "max_allowed_packet is {packet_bytes} bytes: set it to at least {PACKET_BYTES_MIN}"
        ));
    }
    None
}

fn numbers(version: &str) -> Option<(u32, u32)> {
    // Replication once made servers put `5.5.5-` in front.
    let version = version.strip_prefix("5.5.5-").unwrap_or(version);
    let mut numbers = version.split(['.', '-']).map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(version: &str) -> Facts {
        Facts {
            version: version.to_owned(),
            flush_log_at_commit: 1,
            log_bin: 0,
            sync_binlog: 0,
            packet_bytes: PACKET_BYTES_MIN,
        }
    }

    #[test]
    fn only_a_mariadb_that_is_new_enough_is_taken() {
        for fine in
            ["10.5.0-MariaDB", "10.11.19-MariaDB-0+deb12u1", "11.4.2-MariaDB-log", "5.5.5-10.6.1-MariaDB"]
        {
            assert_eq!(objection(&facts(fine)), None, "{fine}");
        }
        for (wrong, hint) in [("8.0.36", "MySQL"), ("10.4.99-MariaDB", "10.5"), ("MariaDB", "10.5")] {
            assert!(objection(&facts(wrong)).unwrap().contains(hint), "{wrong}");
        }
    }

    #[test]
    fn a_server_that_may_lose_commits_is_refused_by_the_name_of_its_setting() {
        let fine = facts("10.11.1-MariaDB");
        for (setting, spoilt) in [
            ("innodb_flush_log_at_trx_commit", Facts { flush_log_at_commit: 2, ..fine.clone() }),
            ("sync_binlog", Facts { log_bin: 1, ..fine.clone() }),
            ("max_allowed_packet", Facts { packet_bytes: PACKET_BYTES_MIN - 1, ..fine.clone() }),
        ] {
            assert!(objection(&spoilt).unwrap().contains(setting));
        }
        let synchronous = Facts { log_bin: 1, sync_binlog: 1, ..fine };
        assert_eq!(objection(&synchronous), None);
    }
}
