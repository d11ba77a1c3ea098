use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use secrecy::ExposeSecret as _;

use super::{Config, DocumentsAt, Seed, Sources, TruthAt, table};

fn sources(pairs: &[(&str, &str)]) -> Sources {
    let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Sources::of(pairs, []).unwrap()
}

fn refusal(name: &str, value: &str) -> String {
    Config::from_sources(&sources(&[(name, value)])).unwrap_err().to_string()
}

#[test]
fn defaults_alone_make_a_configuration() {
    let config = Config::from_sources(&Sources::default()).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert!(matches!(config.truth, TruthAt::Sqlite(file) if file == Path::new("./data/journal.db")));
    assert!(
        matches!(config.documents, DocumentsAt::Sqlite(file) if file == Path::new("./data/documents.db"))
    );
    assert_eq!(config.seed, Seed::Full);
    assert!(config.owner_password.is_none());
}

#[test]
fn every_wrong_value_is_refused_in_one_line_that_names_the_variable() {
    let cases = [
        (table::LISTEN, "foo"),
        (table::DATA_DIR, "/dev/null"),
        (table::DATABASE_URL, "postgres://somewhere"),
        (table::DOCUMENTS_URL, "sqlite:"),
        (table::PUBLIC_URL, "ftp://shop"),
        (table::TLS_CERT, "shop.crt"),
        (table::TLS_KEY, "shop.key"),
        (table::SECURE_COOKIES, "yes"),
        (table::SOCKET_LIMITS, "person=none"),
        (table::OTLP_ENDPOINT, "collector:4318"),
        (table::OTLP_ENDPOINT, "http://user:secret@collector:4318"),
        (table::OTLP_AUTHORIZATION, "for nobody"),
        (table::OWNER_EMAIL, "nobody"),
        (table::OWNER_PASSWORD, "short"),
        (table::MASTER_KEY, "AAAA"),
        (table::METRICS_TOKEN, "short"),
        (table::METRICS_TOKEN, "long enough but with spaces"),
        (table::LOG, "a=b=c"),
        (table::LOG_FORMAT, "xml"),
        (table::LEASE_TTL_SECONDS, "2"),
        (table::SEED, "perhaps"),
        (table::MEDIA_BYTES_MAX, "0"),
        (table::MEDIA_BYTES_MAX, "ten"),
        (table::MEDIA_PIXELS_MAX, "200000001"),
        (table::SANDBOX_LATENCY_MS, "-1"),
        (table::SANDBOX_LATENCY_MS, "60001"),
        (table::SANDBOX_WEBHOOK_SECRET, "short"),
        (table::RECONCILE_EVERY_S, "1"),
        (table::RECONCILE_EVERY_S, "hourly"),
        (table::GUEST_ORDERS_DAYS, "29"),
        (table::GUEST_ORDERS_DAYS, "36501"),
        (table::GUEST_ORDERS_DAYS, "forever"),
        (table::STRIPE_URL, "http://api.stripe.com"),
        (table::PAYPAL_URL, "paypal"),
    ];
    for (name, value) in cases {
        let line = refusal(name, value);
        assert!(line.starts_with(&format!("{name}: ")), "{line}");
        assert!(!line.contains('\n'), "{line}");
    }
    assert_eq!(
        refusal(table::LISTEN, "foo"),
        r#"AMAZOFF_LISTEN: "foo" is not an address like 127.0.0.1:8080"#
    );
}

#[test]
fn secrets_are_shown_neither_in_refusals_nor_in_the_list() {
    assert!(!refusal(table::OWNER_PASSWORD, "hunter2").contains("hunter2"));
    let given = sources(&[(table::OWNER_PASSWORD, "correct horse battery")]);
    assert!(!given.describe().contains("horse"), "{}", given.describe());
    assert!(given.describe().contains("(hidden)"));
    let given = sources(&[(table::DATABASE_URL, "mysql://shop:horse@db/shop")]);
    assert!(given.describe().contains("mysql://shop:***@db/shop"), "{}", given.describe());
}

#[test]
fn unknown_variables_are_refused() {
    let pair = ("AMAZOFF_LISTNE".to_owned(), "127.0.0.1:1".to_owned());
    assert!(Sources::of([pair], []).unwrap_err().to_string().starts_with("AMAZOFF_LISTNE: unknown variable"));
}

#[test]
fn the_environment_wins_over_the_file_and_empty_means_absent() {
    let pair = |value: &str| (table::LOG.to_owned(), value.to_owned());
    assert_eq!(Sources::of([pair("warn")], [pair("debug")]).unwrap().value(table::LOG), "warn");
    assert_eq!(Sources::of([pair("")], [pair("debug")]).unwrap().value(table::LOG), "debug");
    assert_eq!(Sources::of([pair("")], []).unwrap().value(table::LOG), "info");
}

#[test]
fn every_variable_is_documented_once() {
    let mut names: Vec<_> = table::VARIABLES.iter().map(|variable| variable.name).collect();
    assert!(table::VARIABLES.iter().all(|variable| variable.meaning.ends_with('.')));
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), table::VARIABLES.len());
}

#[test]
fn the_master_key_is_made_once_and_only_its_owner_may_read_it() {
    let folder = tempfile::tempdir().unwrap();
    let config =
        Config::from_sources(&sources(&[(table::DATA_DIR, folder.path().to_str().unwrap())])).unwrap();
    let first = config.load_master_key(true).unwrap();
    let second = config.load_master_key(false).unwrap();
    assert_eq!(first.expose_secret(), second.expose_secret());
    let mode = folder.path().join("master.key").metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_key_file_with_other_content_is_refused_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("master.key"), "not a key").unwrap();
    let config =
        Config::from_sources(&sources(&[(table::DATA_DIR, folder.path().to_str().unwrap())])).unwrap();
    assert!(config.load_master_key(false).unwrap_err().to_string().contains("does not hold 32 bytes"));
    assert_eq!(std::fs::read_to_string(folder.path().join("master.key")).unwrap(), "not a key");
}

#[test]
fn a_key_that_is_missing_beside_data_is_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let config =
        Config::from_sources(&sources(&[(table::DATA_DIR, folder.path().to_str().unwrap())])).unwrap();
    assert!(config.load_master_key(false).unwrap_err().to_string().contains("restore it"));
    assert!(!folder.path().join("master.key").exists());
}
