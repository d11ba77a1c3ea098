//! Which servers are taken, and what is said about the others.

use amazoff_databases::{MariaDb, MariaDbOptions as ServerOptions, shared_mariadb};
use amazoff_persistence::{MariaDbError, MariaDbOptions, MariaDbStore, OpenError};

use super::{Shop, impatient};

async fn refusal(url: &str) -> MariaDbError {
    match MariaDbStore::connect(url, impatient()).await {
        Err(OpenError::MariaDb(error)) => error,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was taken"),
    }
}

#[tokio::test]
async fn two_nodes_that_start_at_once_make_the_schema_once() {
    let database = shared_mariadb().await.unwrap().database().await.unwrap();
    let connect = || MariaDbStore::connect(database.url(), MariaDbOptions::default());
    let (one, other, third) = tokio::join!(connect(), connect(), connect());
    for store in [one.unwrap(), other.unwrap(), third.unwrap()] {
        assert!(store.journal().heads().await.unwrap().is_empty());
        store.close().await.unwrap();
        assert!(store.journal().heads().await.is_err());
    }
}

#[tokio::test]
async fn a_wrong_password_is_told_without_the_password() {
    let access = shared_mariadb().await.unwrap();
    let database = access.database().await.unwrap();
    let url = format!("mysql://shop:geheim@{}/{}", access.address(), database.name());
    let error = refusal(&url).await;
    assert!(matches!(error, MariaDbError::Connect { .. }), "{error}");
    let line = error.to_string();
    assert!(
        line.contains("Access denied") && line.contains(database.name()) && !line.contains("geheim"),
        "{line}"
    );
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named() {
    let line = refusal("mysql://shop:geheim@127.0.0.1:1/shop").await.to_string();
    assert!(line.contains("127.0.0.1:1/shop") && !line.contains("geheim"), "{line}");
}

#[tokio::test]
async fn a_server_that_may_lose_commits_is_refused() {
    let server = MariaDb::start(ServerOptions::default()).await.unwrap();
    let database = server.access().database().await.unwrap();
    for (wrong, right, named) in [
        (
            "innodb_flush_log_at_trx_commit = 2",
            "innodb_flush_log_at_trx_commit = 1",
            "innodb_flush_log_at_trx_commit",
        ),
        ("max_allowed_packet = 1048576", "max_allowed_packet = 16777216", "max_allowed_packet"),
    ] {
        server.access().execute(&format!("SET GLOBAL {wrong}")).await.unwrap();
        let error = refusal(database.url()).await;
        assert!(matches!(error, MariaDbError::Unsuitable { .. }), "{error}");
        assert!(error.to_string().contains(named), "{error}");
        server.access().execute(&format!("SET GLOBAL {right}")).await.unwrap();
    }
    Shop::over(database, impatient()).await;
}

#[tokio::test]
async fn a_connection_is_what_it_is_set_to() {
    let shop = Shop::on_the_shared_server(impatient()).await;
    assert!(shop.store.journal().heads().await.unwrap().is_empty());
    let readers = shop.store.readers();
    assert!((1..=readers.max).contains(&readers.open) && readers.idle <= readers.open, "{readers:?}");
}
