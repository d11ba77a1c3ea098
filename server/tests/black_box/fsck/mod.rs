//! `amazoff fsck` and `amazoff journal` against the real binary: no false alarm beside a busy shop, and every damage found.

mod damage;
mod journal;
pub(crate) mod shop;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use amazoff_persistence::FileBlobs;
use amazoff_supervisor::documents::Blobs as _;
use serde_json::Value;

use crate::common::{Client, Gate, Request, Server, Servers, Setup, shopping};
use shop::Shop;

/// How often the check runs beside the shoppers.
const CHECKS: usize = 6;
/// How many must have bought while it does.
const ORDERS_MIN: usize = 20;

/// Runs a tool of the binary over a shop's data.
fn tool(setup: &Setup, arguments: &[&str]) -> Output {
    setup.command().args(arguments).output().expect("the binary runs")
}

/// The same over a copy of the data.
fn tool_in(setup: &Setup, data: &Path, arguments: &[&str]) -> Output {
    let mut command: Command = setup.command();
    command.env("AMAZOFF_DATA_DIR", data).args(arguments).output().expect("the binary runs")
}

/// The exit code and the report of a check.
fn checked(output: &Output) -> (Option<i32>, Value) {
    let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        let told = String::from_utf8_lossy(&output.stderr);
        panic!("no report ({error}): {told}")
    });
    (output.status.code(), report)
}

/// The codes of the errors in a report.
fn errors(report: &Value) -> BTreeSet<String> {
    let findings = report["findings"].as_array().expect("findings");
    let errors = findings.iter().filter(|finding| finding["severity"] == "error");
    errors.map(|finding| finding["code"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn beside_a_busy_shop_it_finds_nothing() {
    stays_quiet(&Setup::default()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn beside_a_busy_shop_on_mariadb_and_mongodb_it_finds_nothing() {
    let servers = Servers::start().await;
    stays_quiet(&servers.setup()).await;
}

async fn stays_quiet(setup: &Setup) {
    let mut shop = Shop::open(setup).await;
    let limit = Instant::now() + Duration::from_secs(120);
    let mut checks = 0;
    while checks < CHECKS || shop.orders.load(Ordering::SeqCst) < ORDERS_MIN {
        assert!(Instant::now() < limit, "too slow: {checks} checks, {:?} orders", shop.orders);
        let output = tokio::task::block_in_place(|| tool(setup, &["fsck", "--json"]));
        let (code, report) = checked(&output);
        assert_eq!(code, Some(0), "{report:#}");
        assert!(report["events"].as_u64() > Some(0) && report["documents"].as_u64() > Some(0), "{report}");
        checks += 1;
    }
    println!("{checks} checks beside {:?} orders", shop.orders);
    shop.close().await;
    let (code, report) = checked(&tool(setup, &["fsck", "--json"]));
    assert_eq!((code, &report["findings"]), (Some(0), &Value::Array(Vec::new())), "{report:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_damage_is_found_under_its_code() {
    let setup = Setup::default();
    Shop::filled(&setup).await;
    let scratch = tempfile::tempdir().unwrap();
    let mut missed = Vec::new();
    for (number, damage) in damage::all().into_iter().enumerate() {
        let data = scratch.path().join(number.to_string());
        damage::copy(&setup.data(), &data);
        (damage.plant)(data.clone()).await;
        let output = tool_in(&setup, &data, &["fsck", "--json"]);
        let (code, report) = checked(&output);
        let found = errors(&report);
        println!("{}: {found:?}", damage.what);
        if code != Some(3) || !found.contains(damage.code) {
            missed.push(format!("{} is not {} but {found:?}", damage.what, damage.code));
        }
        std::fs::remove_dir_all(&data).unwrap();
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_are_repaired_unless_the_shop_runs() {
    let setup = Setup::default();
    Shop::filled(&setup).await;
    let spoil = || async { damage::documents(&setup.data(), damage::WRONG_TITLES).await };
    spoil().await;
    let repaired = tool(&setup, &["fsck", "--repair", "--json"]);
    let (code, report) = checked(&repaired);
    assert_eq!((code, errors(&report)), (Some(0), BTreeSet::new()), "{report:#}");

    spoil().await;
    let mut server = Server::start(&setup).await.unwrap();
    let refused = tokio::task::block_in_place(|| tool(&setup, &["fsck", "--repair"]));
    let told = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(1), "{told}");
    assert!(told.contains("/ops/v1/projections/products/rebuild"), "{told}");
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_running_shop_checks_itself() {
    let setup = Setup::default();
    Shop::filled(&setup).await;
    let gate = Arc::new(Gate::default());
    let client = Client::new(Arc::clone(&gate));
    let checked = || async {
        let mut server = Server::start_behind(&setup, &gate).await.unwrap();
        let owner = shopping::owner(&client).await;
        let request = Request::post("/ops/v1/fsck", Value::Object(Default::default())).by(&owner);
        let checked = client.send(&request).await.unwrap();
        server.stop().await.unwrap();
        assert!(checked.is_success(), "{}", checked.body);
        checked.body
    };
    let report = checked().await;
    assert_eq!((&report["errors"], &report["findings"]), (&Value::from(0), &Value::Array(Vec::new())));
    assert!(report["events"].as_u64() > Some(0) && report["documents"].as_u64() > Some(0), "{report}");
    damage::documents(&setup.data(), damage::WRONG_TITLES).await;
    let report = checked().await;
    assert!(report["errors"].as_u64() > Some(0), "{report}");
    assert!(errors(&report).contains("document-wrong"), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_not_there_or_of_another_schema_is_refused() {
    let setup = Setup::default();
    let output = tool(&setup, &["fsck"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(!setup.data().exists(), "looking made something");

    let gate = Gate::default();
    let mut server = Server::start_behind(&setup, &gate).await.unwrap();
    server.stop().await.unwrap();
    damage::truth(&setup.data(), "UPDATE _sqlx_migrations SET version = 9999 WHERE version = (SELECT max(version) FROM _sqlx_migrations)").await;
    let output = tool(&setup, &["journal", "verify"]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("the newer schema 9999"), "{told}");
    let _ = Client::new(Arc::new(gate));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_nobody_names_is_told_after_a_day() {
    let setup = Setup::default();
    Shop::filled(&setup).await;
    let media = setup.data().join("media");
    let name = FileBlobs::open(&media).unwrap().put(b"nobody's").await.unwrap();
    let findings = || {
        let (code, report) = checked(&tool(&setup, &["fsck", "--json"]));
        assert_eq!(code, Some(0), "{report:#}");
        report["findings"].clone()
    };
    assert_eq!(findings(), Value::Array(Vec::new()), "it was uploaded just now");
    let kept = std::fs::File::options().write(true).open(media.join(&name[..2]).join(&name)).unwrap();
    kept.set_modified(std::time::UNIX_EPOCH + Duration::from_secs(1_700_000_000)).unwrap();
    let found = findings();
    assert_eq!(found.as_array().map(Vec::len), Some(1), "{found:#}");
    assert_eq!((&found[0]["code"], &found[0]["severity"]), (&"media-unused".into(), &"warning".into()));
    assert_eq!(found[0]["subject"], format!("picture {name}"));
}
