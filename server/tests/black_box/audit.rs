//! `amazoff audit`, on a shop whose operators did something.

use std::process::Output;

use serde_json::{Value, json};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

use crate::common::{Client, Gate, Request, Server, Setup, shopping};

fn audit(setup: &Setup, arguments: &[&str]) -> Output {
    setup.command().arg("audit").args(arguments).output().expect("the binary exists")
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[tokio::test]
async fn the_trail_is_shown_and_a_changed_entry_is_noticed() {
    let setup = Setup::default();
    let gate = std::sync::Arc::new(Gate::default());
    let client = Client::new(std::sync::Arc::clone(&gate));
    let mut server = Server::start_behind(&setup, &gate).await.unwrap();
    let owner = shopping::owner(&client).await;
    for name in ["products", "orders"] {
        let path = format!("/ops/v1/projections/{name}/rebuild");
        let begun = client.send(&Request::post(path, json!({})).by(&owner)).await.unwrap();
        assert!(begun.is_success(), "{}", begun.body);
    }
    let whole = audit(&setup, &["verify"]);
    assert!(whole.status.success() && text(&whole).ends_with("entries, intact\n"), "{}", text(&whole));
    let shown = text(&audit(&setup, &["tail", "--json", "-n", "2"]));
    let entries: Vec<Value> = shown.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(entries.len(), 2, "{shown}");
    assert!(entries[0]["number"].as_u64() < entries[1]["number"].as_u64(), "the newest last: {shown}");
    server.stop().await.unwrap();

    let file = setup.data().join("journal.db");
    let mut database = SqliteConnectOptions::new().filename(file).connect().await.unwrap();
    sqlx::query("UPDATE audit SET actor = 'nobody' WHERE number = 1").execute(&mut database).await.unwrap();
    database.close().await.unwrap();
    let broken = audit(&setup, &["verify"]);
    assert_eq!(broken.status.code(), Some(3), "{}", text(&broken));
    assert!(text(&broken).starts_with("broken: entry 1 "), "{}", text(&broken));
    assert_eq!(audit(&setup, &["tail", "-n", "0"]).status.code(), Some(2), "a wrong number is refused");
}
