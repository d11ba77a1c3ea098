//! `amazoff catalogue` against the real binary: out beside a running shop, in while none runs, as a whole or not at all.

use std::path::PathBuf;
use std::process::{Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::common::{Client, Gate, Reply, Request, Server, Setup};

/// Products of the file that is cut off.
const MANY: usize = 1_000;
/// How long an import may take to write the first of them.
const FIRST_LIMIT: Duration = Duration::from_secs(60);

fn catalogue(setup: &Setup, arguments: &[&str]) -> Output {
    setup.command().arg("catalogue").args(arguments).output().expect("the binary runs")
}

#[track_caller]
fn told(output: &Output, code: i32) -> String {
    let text =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{text}");
    text
}

fn file(setup: &Setup, name: &str, text: &str) -> PathBuf {
    let path = setup.data().with_file_name(name);
    std::fs::write(&path, text).unwrap();
    path
}

/// The products of a shop as its export has them.
#[track_caller]
fn exported(setup: &Setup) -> Vec<Value> {
    let text = told(&catalogue(setup, &["export"]), 0);
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn import(setup: &Setup, file: &std::path::Path, more: &[&str]) -> Output {
    let mut arguments = vec!["import", file.to_str().unwrap()];
    arguments.extend(more);
    catalogue(setup, &arguments)
}

fn lamp(n: usize) -> Value {
    json!({
        "slug": format!("lamp-{n}"), "status": "active", "title": format!("Lamp {n}"), "category": "lighting",
        "brand": "Lux", "variants": [{"sku": format!("LAMP-{n}"), "price": {"amount": 500 + n, "currency": "EUR"}}],
    })
}

async fn shown(client: &Client, path: &str) -> Reply {
    client.send(&Request::get(path)).await.expect("an answer")
}

#[tokio::test]
async fn a_catalogue_goes_out_beside_a_running_shop_and_in_while_none_runs() {
    let setup = Setup::default();
    let mut server = Server::start(&setup).await.unwrap();
    let mut products = exported(&setup);
    let seeded = products.len();
    assert!(seeded >= 8, "{seeded}");
    let changed = products[0]["slug"].as_str().unwrap().to_owned();
    products[0]["variants"][0]["price"]["amount"] = json!(4_242);
    products.push(lamp(1));
    let text: Vec<_> = products.iter().map(Value::to_string).collect();
    let path = file(&setup, "all.jsonl", &text.join("\n"));

    let tried = told(&import(&setup, &path, &["--dry-run"]), 0);
    let wanted =
        format!("1 would be drafted, 1 would be changed, {} so already, 0 lines refused", seeded - 1);
    assert!(tried.contains(&wanted), "{tried}");
    let refused = told(&import(&setup, &path, &[]), 1);
    assert!(refused.contains("stop the shop first"), "{refused}");
    assert_eq!(exported(&setup).len(), seeded, "nothing was done");

    assert!(server.stop().await.unwrap().success());
    let done = told(&import(&setup, &path, &[]), 0);
    assert!(done.contains(&format!("1 drafted, 1 changed, {} so already", seeded - 1)), "{done}");
    let again = told(&import(&setup, &path, &[]), 0);
    assert!(again.contains(&format!("0 drafted, 0 changed, {} so already", seeded + 1)), "{again}");
    let rows = told(&catalogue(&setup, &["export", "--format", "csv"]), 0);
    let path = file(&setup, "all.csv", &rows);
    let again = told(&import(&setup, &path, &[]), 0);
    assert!(again.contains(&format!("0 drafted, 0 changed, {} so already", seeded + 1)), "{again}");
    told(&setup.command().arg("fsck").output().unwrap(), 0);
    let trail = told(&setup.command().args(["audit", "tail", "--json"]).output().unwrap(), 0);
    assert!(trail.contains("catalogue-imported"), "{trail}");

    let gate = Arc::new(Gate::default());
    let client = Client::new(Arc::clone(&gate));
    let _server = Server::start_behind(&setup, &gate).await.unwrap();
    assert_eq!(shown(&client, "/v1/products/lamp-1").await.body["variants"][0]["price"]["amount"], 501);
    let page = shown(&client, &format!("/v1/products/{changed}")).await.body;
    assert_eq!(page["variants"][0]["price"]["amount"], 4_242);
    let found = async {
        while shown(&client, "/v1/products?q=lux").await.body["total"] != 1 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(FIRST_LIMIT, found).await.expect("search follows once a shop runs");
}

#[tokio::test]
async fn a_product_that_is_refused_is_named_by_its_line_and_stays_as_it_was() {
    let setup = Setup::default();
    let mut server = Server::start(&setup).await.unwrap();
    assert!(server.stop().await.unwrap().success());
    let mut half = lamp(2);
    half["variants"] = json!([
        {"sku": "NEW-1", "price": {"amount": 5, "currency": "EUR"}},
        {"sku": "NEW-2", "price": {"amount": -5, "currency": "EUR"}},
    ]);
    let mut taken = lamp(4);
    taken["variants"][0]["sku"] = json!("LAMP-1");
    let mut pictured = lamp(5);
    pictured["media"] = json!([{"blob": "ab".repeat(32), "alt": "", "width": 8, "height": 6}]);
    let lines =
        [lamp(1).to_string(), half.to_string(), "{".to_owned(), pictured.to_string(), lamp(3).to_string()];
    let path = file(&setup, "some.jsonl", &lines.join("\n"));
    let output = told(&import(&setup, &path, &[]), 3);
    for wanted in [
        "line 2: price: product-invalid:",
        "line 3: ?: unreadable:",
        "line 4: media: media-not-found:",
        "2 drafted, 0 changed, 0 so already, 3 lines refused",
    ] {
        assert!(output.contains(wanted), "{wanted}: {output}");
    }
    let path = file(&setup, "taken.jsonl", &taken.to_string());
    for more in [&["--dry-run"][..], &[]] {
        let output = told(&import(&setup, &path, more), 3);
        assert!(output.contains("line 1: sku: sku-taken:"), "{output}");
    }
    let slugs: Vec<_> = exported(&setup).iter().map(|product| product["slug"].clone()).collect();
    for (slug, there) in [("lamp-1", true), ("lamp-2", false), ("lamp-3", true), ("lamp-4", false)] {
        assert_eq!(slugs.contains(&json!(slug)), there, "{slug}");
    }
    told(&import(&setup, &file(&setup, "some.txt", ""), &[]), 1);
}

/// A file that was cut off by a kill is read again: what is there is left alone, what is missing comes.
#[tokio::test]
async fn an_import_that_was_killed_goes_on_where_it_was() {
    let setup = Setup::default().with("AMAZOFF_SEED", "off");
    let mut server = Server::start(&setup).await.unwrap();
    assert!(server.stop().await.unwrap().success());
    let lines: Vec<_> = (0..MANY).map(|n| lamp(n).to_string()).collect();
    let path = file(&setup, "many.jsonl", &lines.join("\n"));
    let mut command = setup.command();
    command.args(["catalogue", "import", path.to_str().unwrap()]).stdout(Stdio::null()).stderr(Stdio::null());
    let mut importing = command.spawn().expect("the binary runs");
    let limit = Instant::now() + FIRST_LIMIT;
    while exported(&setup).is_empty() && importing.try_wait().unwrap().is_none() {
        assert!(Instant::now() < limit, "nothing is written");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    importing.kill().unwrap();
    importing.wait().unwrap();
    let before = exported(&setup);
    assert!(before.iter().all(|product| product["status"] == "active"), "none is half done");
    let done = told(&import(&setup, &path, &[]), 0);
    let wanted = format!("{} drafted, 0 changed, {} so already", MANY - before.len(), before.len());
    assert!(done.contains(&wanted), "{wanted}: {done}");
    assert_eq!(exported(&setup).len(), MANY);
    told(&setup.command().arg("fsck").output().unwrap(), 0);
}
