//! The settings that the shop's guarantees rest on: one list for the tests' servers and for `deploy/`.
//!
//! A test compares the list with the configuration files that are shipped, so that what is tested is what runs.

/// MariaDB settings as in a `[mariadbd]` section: name and value.
///
/// - one flush per commit (`innodb_flush_log_at_trx_commit`, `sync_binlog`): an acknowledged commit survives a crash;
/// - `READ-COMMITTED`: every change of the shop is guarded by a version, and gap locks would only cause deadlocks;
/// - strict modes: a value that does not fit is refused, never cut;
/// - no host names: a DNS failure must not become a login failure.
pub const MARIADB: &[(&str, &str)] = &[
    ("innodb_flush_log_at_trx_commit", "1"),
    ("innodb_doublewrite", "ON"),
    ("innodb_strict_mode", "ON"),
    ("sync_binlog", "1"),
    ("binlog_format", "ROW"),
    ("transaction_isolation", "READ-COMMITTED"),
    (
        "sql_mode",
        "STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION",
    ),
    ("character_set_server", "utf8mb4"),
    ("collation_server", "utf8mb4_general_ci"),
    ("default_time_zone", "+00:00"),
    ("max_allowed_packet", "64M"),
    ("skip_name_resolve", "ON"),
    ("local_infile", "OFF"),
];

/// What a primary with a replica needs beyond [`MARIADB`]: a binary log, GTIDs, and semi-synchronous replication in
/// which a commit is acknowledged only after the replica has it.
///
/// The time-out of 2 s is the price of staying up without the replica: after it commits are acknowledged by the
/// primary alone, which `Rpl_semi_sync_master_status` shows.
pub const MARIADB_PRIMARY: &[(&str, &str)] = &[
    ("log_bin", "bin"),
    ("gtid_strict_mode", "ON"),
    ("rpl_semi_sync_master_enabled", "ON"),
    ("rpl_semi_sync_master_timeout", "2000"),
    ("rpl_semi_sync_master_wait_point", "AFTER_SYNC"),
];

/// What a replica needs beyond [`MARIADB`]. It keeps a binary log of its own, so that it can become the primary.
pub const MARIADB_REPLICA: &[(&str, &str)] = &[
    ("log_bin", "bin"),
    ("log_slave_updates", "ON"),
    ("gtid_strict_mode", "ON"),
    ("read_only", "ON"),
    ("rpl_semi_sync_slave_enabled", "ON"),
    ("rpl_semi_sync_master_timeout", "2000"),
    ("rpl_semi_sync_master_wait_point", "AFTER_SYNC"),
    ("relay_log_recovery", "ON"),
    ("slave_parallel_threads", "4"),
    ("slave_parallel_mode", "optimistic"),
];

/// Name of the replica set. Even one server is a set: without it there are no transactions and no change streams.
pub const MONGODB_REPLICA_SET: &str = "rs0";

/// `mongod` options as on its command line: name and value. Journalling cannot be switched off in a replica set.
pub const MONGODB: &[(&str, &str)] = &[("replSet", MONGODB_REPLICA_SET), ("storageEngine", "wiredTiger")];

/// The options of a `[mariadbd]` section as arguments of a command line.
pub fn mariadb_arguments(settings: &[(&str, &str)]) -> Vec<String> {
    settings.iter().map(|(name, value)| format!("--{}={value}", name.replace('_', "-"))).collect()
}

/// The options of `mongod` as arguments of a command line.
pub fn mongod_arguments(settings: &[(&str, &str)]) -> Vec<String> {
    settings.iter().flat_map(|(name, value)| [format!("--{name}"), (*value).to_owned()]).collect()
}
