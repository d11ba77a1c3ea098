//! What MariaDB's errors mean. Before a commit is sent, nothing of the transaction is stored whatever the error; so the
//! question that matters is whether a commit that was answered with it can have happened.

use std::io;

use sqlx::Error;
use sqlx::mysql::MySqlDatabaseError;

use crate::sql::Fault;

/// What an error means.
pub(super) fn fault(error: &Error) -> Fault {
    match error {
        Error::PoolTimedOut | Error::PoolClosed | Error::Configuration(_) | Error::Encode(_) => Fault::Away,
        error => number(error).map_or(Fault::Unknown, fault_of_number),
    }
}

/// Whether an error says that the connection was lost, and not only that it was slow.
pub(super) fn is_lost(error: &Error) -> bool {
    match error {
        Error::Io(error) => error.kind() != io::ErrorKind::TimedOut,
        Error::Protocol(_) => true,
        // Killed, or gone with the server.
        error => matches!(number(error), Some(1053 | 1080 | 1152 | 1158..=1161 | 1927)),
    }
}

/// Whether an error says that a table is damaged.
pub(super) fn is_damage(error: &Error) -> bool {
    // Crashed tables, corrupt indexes and pages, tables without their file.
    matches!(number(error), Some(126 | 1034 | 1035 | 1194 | 1195 | 1712 | 1812 | 1815 | 1877 | 1932))
}

fn number(error: &Error) -> Option<u16> {
    let error = error.as_database_error()?.try_downcast_ref::<MySqlDatabaseError>()?;
    Some(error.number())
}

fn fault_of_number(number: u16) -> Fault {
    match number {
        // Duplicate keys.
        1022 | 1062 | 1586 => Fault::Taken,
        // A row has changed, a lock took too long, a deadlock (also Galera's word for a conflict at commit).
        1020 | 1205 | 1213 => Fault::Conflict,
        // Read-only: the server, the transaction, a replica.
        1290 | 1792 | 1836
        // Too many connections: the server's, the user's, all hosts'.
        | 1040 | 1203 | 1226
        // No rights, or no such user.
        | 1044 | 1045 | 1142 | 1143 | 1227 | 1698
        // Larger than a packet, a column or a row may be.
        | 1118 | 1153 | 1406
        // No table, no column, no database, not understood.
        | 1046 | 1049 | 1054 | 1064 | 1146
        // The table is full.
        | 1114
        // Values that a column refuses.
        | 1048 | 1264 | 1265 | 1292 | 1364 | 1366 | 4025 => Fault::Away,
        // Among others: disk full or not writable in the middle of a commit (1021, 1026), an error during commit (1180),
        // shutdown (1053), interrupted, killed, over its time (1317, 1927, 1969), the binary log (1598), Galera (1047).
        _ => Fault::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every error that has to be told apart, and what it means when a commit is answered with it.
    #[test]
    fn each_error_means_one_thing() {
        for (number, name, meant) in [
            (1062, "ER_DUP_ENTRY", Fault::Taken),
            (1586, "ER_DUP_ENTRY_WITH_KEY_NAME", Fault::Taken),
            (1020, "ER_CHECKREAD", Fault::Conflict),
            (1205, "ER_LOCK_WAIT_TIMEOUT", Fault::Conflict),
            (1213, "ER_LOCK_DEADLOCK", Fault::Conflict),
            (1290, "ER_OPTION_PREVENTS_STATEMENT", Fault::Away),
            (1792, "ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION", Fault::Away),
            (1836, "ER_READ_ONLY_MODE", Fault::Away),
            (1040, "ER_CON_COUNT_ERROR", Fault::Away),
            (1203, "ER_TOO_MANY_USER_CONNECTIONS", Fault::Away),
            (1045, "ER_ACCESS_DENIED_ERROR", Fault::Away),
            (1153, "ER_NET_PACKET_TOO_LARGE", Fault::Away),
            (1406, "ER_DATA_TOO_LONG", Fault::Away),
            (1114, "ER_RECORD_FILE_FULL", Fault::Away),
            (1021, "ER_DISK_FULL", Fault::Unknown),
            (1026, "ER_ERROR_ON_WRITE", Fault::Unknown),
            (1047, "ER_UNKNOWN_COM_ERROR", Fault::Unknown),
            (1053, "ER_SERVER_SHUTDOWN", Fault::Unknown),
            (1180, "ER_ERROR_DURING_COMMIT", Fault::Unknown),
            (1317, "ER_QUERY_INTERRUPTED", Fault::Unknown),
            (1598, "ER_BINLOG_LOGGING_IMPOSSIBLE", Fault::Unknown),
            (1927, "ER_CONNECTION_KILLED", Fault::Unknown),
            (1969, "ER_STATEMENT_TIMEOUT", Fault::Unknown),
            (65_535, "one that nobody knows", Fault::Unknown),
        ] {
            assert_eq!(fault_of_number(number), meant, "{number} {name}");
        }
    }

    #[test]
    fn what_does_not_come_from_the_server_leaves_a_commit_open() {
        let io = |kind| Error::Io(io::Error::new(kind, "x"));
        for error in
            [io(io::ErrorKind::TimedOut), io(io::ErrorKind::BrokenPipe), Error::Protocol("x".to_owned())]
        {
            assert_eq!(fault(&error), Fault::Unknown, "{error}");
        }
        assert_eq!(fault(&Error::PoolTimedOut), Fault::Away);
        assert!(is_lost(&io(io::ErrorKind::UnexpectedEof)) && !is_lost(&io(io::ErrorKind::TimedOut)));
        assert!(!is_lost(&Error::PoolTimedOut));
    }
}
