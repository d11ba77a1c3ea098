//! The figures for machines.

use std::collections::{BTreeMap, BTreeSet};

use amazoff_actors::user::Role;
use amazoff_http::HttpSettings;

use crate::support::TestApp;

const TOKEN: &str = "a-token-for-the-scraper";

async fn app() -> TestApp {
    TestApp::start_with(HttpSettings {
        metrics_token: Some(TOKEN.into()),
        ..HttpSettings::at("http://shop.test")
    })
    .await
}

/// An exposition, read strictly: the kinds of its families and the values of its samples.
struct Exposition {
    kinds: BTreeMap<String, String>,
    samples: BTreeMap<String, f64>,
}

fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The labels of a sample, which begin behind the brace, and what follows them.
fn labels(text: &str) -> (Vec<(String, String)>, &str) {
    let (mut labels, mut rest) = (Vec::new(), text);
    loop {
        let (name, quoted) = rest.split_once("=\"").expect("a label has a quoted value");
        assert!(is_name(name), "{name}");
        let (mut value, mut letters) = (String::new(), quoted.char_indices());
        let end = loop {
            match letters.next().expect("a value ends") {
                (at, '"') => break at,
                (_, '\\') => match letters.next().unwrap().1 {
                    'n' => value.push('\n'),
                    letter @ ('\\' | '"') => value.push(letter),
                    other => panic!("\\{other} is no escape"),
                },
                (_, letter) => value.push(letter),
            }
        };
        labels.push((name.to_owned(), value));
        rest = &quoted[end + 1..];
        match rest.strip_prefix(',') {
            Some(more) => rest = more,
            None => return (labels, rest.strip_prefix('}').expect("labels end with a brace")),
        }
    }
}

fn parsed(text: &str) -> Exposition {
    let (mut kinds, mut samples) = (BTreeMap::new(), BTreeMap::new());
    let (mut family, mut kind, mut helped) = (String::new(), String::new(), String::new());
    assert!(text.ends_with('\n'));
    for line in text.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, words) = help.split_once(' ').unwrap();
            assert!(!words.is_empty());
            helped = name.to_owned();
        } else if let Some(declared) = line.strip_prefix("# TYPE ") {
            let (name, of) = declared.split_once(' ').unwrap();
            assert_eq!(name, helped, "HELP comes right before TYPE");
            assert!(is_name(name) && ["counter", "gauge", "histogram"].contains(&of), "{line}");
            assert_eq!(of == "counter", name.ends_with("_total"), "{name}");
            assert!(!["_ms", "_us", "_millis"].iter().any(|unit| name.contains(unit)), "{name}: base units");
            (family, kind) = (name.to_owned(), of.to_owned());
            assert!(kinds.insert(family.clone(), kind.clone()).is_none(), "{name} is declared twice");
        } else {
            let end = line.find(['{', ' ']).unwrap();
            let (name, rest) = line.split_at(end);
            let suffix = name.strip_prefix(family.as_str()).unwrap_or_else(|| panic!("{line} in {family}"));
            let suffixes: &[&str] = if kind == "histogram" { &["_bucket", "_sum", "_count"] } else { &[""] };
            assert!(suffixes.contains(&suffix), "{line}");
            let (labels, rest) = rest.strip_prefix('{').map_or((Vec::new(), rest), labels);
            let names: BTreeSet<_> = labels.iter().map(|(name, _)| name).collect();
            assert_eq!(names.len(), labels.len(), "{line}");
            assert_eq!(suffix == "_bucket", labels.iter().any(|(name, _)| name == "le"), "{line}");
            let value: f64 = rest.strip_prefix(' ').unwrap().parse().unwrap();
            assert!(value.is_finite() && value >= 0.0, "{line}");
            let series = format!("{name}{labels:?}");
            assert!(samples.insert(series, value).is_none(), "{line} is there twice");
        }
    }
    Exposition { kinds, samples }
}

impl Exposition {
    fn value(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let series = format!("{name}{labels:?}");
        *self.samples.get(&series).unwrap_or_else(|| panic!("{series} is not there"))
    }
}

#[tokio::test]
async fn figures_are_for_operators_and_for_whoever_holds_the_token() {
    let app = app().await;
    let (shopper, ops) = (app.token_of(Role::Shopper).await, app.token_of(Role::Ops).await);
    app.get("/metrics").send().await.refused(401, "login-required");
    app.get("/metrics").bearer(&shopper).send().await.refused(403, "role-missing");
    app.get("/metrics").bearer("a-token-for-the-scrapeR").send().await.refused(401, "token-invalid");
    app.get("/metrics").bearer("").send().await.refused(401, "token-invalid");
    let read = app.get("/metrics").bearer(TOKEN).send().await.expect(200);
    assert_eq!(read.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    app.get("/metrics").bearer(&ops).send().await.expect(200);
    for other in ["/ops/v1/tree", "/v1/me", "/metrics/", "/v1/products"] {
        app.get(other).bearer(TOKEN).send().await.refused(401, "token-invalid");
    }
    assert!(!format!("{:?}", app.platform.settings).contains(TOKEN));
    let without = TestApp::start().await;
    without.get("/metrics").bearer("").send().await.refused(401, "token-invalid");
    without.get("/metrics").bearer(TOKEN).send().await.refused(401, "token-invalid");
}

#[tokio::test]
async fn the_exposition_is_well_formed_and_says_what_happened() {
    let app = app().await;
    let (cart, total) = app.full_cart(1999).await;
    app.complete(&cart, total, "tok_ok").await.expect(200);
    app.projected().await;
    app.get("/v1/carts/x").send().await.refused(404, "cart-not-found");
    let text = app.get("/metrics").bearer(TOKEN).send().await.expect(200).text;
    let read = parsed(&text);
    let cart_domain = [("domain", "cart")];
    assert!(read.value("amazoff_commands_accepted_total", &cart_domain) >= 3.0);
    assert!(read.value("amazoff_commands_per_second", &cart_domain) > 0.0);
    let p99 = [("domain", "cart"), ("quantile", "0.99")];
    assert!((0.000_001..10.0).contains(&read.value("amazoff_command_latency_seconds", &p99)));
    let running = |node| read.value("amazoff_tree_node_status", &[("node", node), ("status", "running")]);
    assert_eq!([running("/"), running("shop/cart"), running("persistence/outbox")], [1.0, 1.0, 1.0]);
    let degraded = [("node", "shop/cart"), ("status", "degraded")];
    assert_eq!(read.value("amazoff_tree_node_status", &degraded), 0.0);
    assert!(read.value("amazoff_lane_commits_total", &[]) > 0.0);
    assert!(read.value("amazoff_memory_bytes", &[]) < read.value("amazoff_memory_budget_bytes", &[]));
    assert_eq!(read.value("amazoff_projection_behind_events", &[("projection", "orders")]), 0.0);
    assert_eq!(read.value("amazoff_journal_up", &[]), 1.0);
    assert_eq!(read.value("amazoff_quarantined_commands", &[]), 0.0);
    assert_eq!(read.value("amazoff_dead_letters", &[]), 0.0);
    let created = [("method", "POST"), ("route", "/v1/carts"), ("status", "201")];
    assert_eq!(read.value("amazoff_http_requests_total", &created), 1.0);
    let looked = [("method", "GET"), ("route", "/v1/carts/{cart_id}"), ("status", "404")];
    assert_eq!(read.value("amazoff_http_requests_total", &looked), 1.0);
    let timed = [("method", "POST"), ("route", "/v1/carts")];
    assert_eq!(read.value("amazoff_http_request_duration_seconds_count", &timed), 1.0);
    assert_eq!(read.kinds["amazoff_http_request_duration_seconds"], "histogram");
    assert!(read.kinds.len() >= 45, "{}", read.kinds.len());
    assert!(!text.contains(&cart.id.replace("cart_", "")), "no label grows with entities");
}
