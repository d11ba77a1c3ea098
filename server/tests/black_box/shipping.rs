//! The log for a collector, and collectors that do not work.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use amazoff_supervisor::spawn_guarded;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use axum::{Json, Router};
use futures::future::join_all;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::common::{Server, Setup};

const LIMIT: Duration = Duration::from_secs(20);

/// What a collector got: its callers' authorization, and every record.
#[derive(Clone, Default)]
struct Collected(Arc<Mutex<Vec<(String, Value)>>>);

async fn collect(
    State(collected): State<Collected>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Json<Value> {
    let who =
        headers.get("authorization").map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
    assert_eq!(body["resourceLogs"][0]["resource"]["attributes"][0]["value"]["stringValue"], "amazoff");
    let records = body["resourceLogs"][0]["scopeLogs"][0]["logRecords"].as_array().unwrap().clone();
    collected.0.lock().unwrap().extend(records.into_iter().map(|record| (who.clone(), record)));
    Json(serde_json::json!({}))
}

async fn listening() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, url)
}

/// The text of an attribute.
fn attribute<'a>(record: &'a Value, name: &str) -> Option<&'a str> {
    let attributes = record["attributes"].as_array()?;
    let found = attributes.iter().find(|attribute| attribute["key"] == name)?;
    found["value"]["stringValue"].as_str()
}

impl Collected {
    fn find(&self, wanted: impl Fn(&Value) -> bool) -> Option<(String, Value)> {
        self.0.lock().unwrap().iter().find(|(_, record)| wanted(record)).cloned()
    }
    async fn awaited(&self, wanted: impl Fn(&Value) -> bool) -> (String, Value) {
        let limit = Instant::now() + LIMIT;
        loop {
            if let Some(found) = self.find(&wanted) {
                return found;
            }
            assert!(Instant::now() < limit, "the record never came");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

#[tokio::test]
async fn a_collector_gets_the_line_of_each_request_and_the_last_words() {
    let (listener, url) = listening().await;
    let collected = Collected::default();
    let router = Router::new().route("/v1/logs", post(collect)).with_state(collected.clone());
    spawn_guarded("collector", async move { axum::serve(listener, router).await.unwrap() });
    let setup = Setup::default()
        .with("AMAZOFF_OTLP_ENDPOINT", &url)
        .with("AMAZOFF_OTLP_AUTHORIZATION", "Bearer of-the-collector");
    let mut server = Server::start(&setup).await.unwrap();
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let asked = reqwest::Client::new()
        .get(format!("{}/v1/products?q=nothing-of-this", server.base))
        .header("x-request-id", "a-request-to-ship")
        .header("traceparent", format!("00-{trace}-00f067aa0ba902b7-01"));
    assert_eq!(asked.send().await.unwrap().status(), 200);
    let of_it = |record: &Value| attribute(record, "request.id") == Some("a-request-to-ship");
    let (who, record) = collected.awaited(of_it).await;
    assert_eq!(who, "Bearer of-the-collector");
    assert_eq!((&record["traceId"], &record["severityText"]), (&trace.into(), &"INFO".into()));
    assert_eq!(record["body"]["stringValue"], "request");
    assert_eq!(attribute(&record, "route"), Some("/v1/products"));
    assert!(!record.to_string().contains("nothing-of-this"), "no more than the log has: {record}");
    let log = setup.log_text();
    assert!(log.lines().any(|line| line.contains("a-request-to-ship") && line.contains(trace)), "{log}");
    assert!(!log.contains("of-the-collector"));

    assert!(server.stop().await.unwrap().success());
    let last = |record: &Value| record["body"]["stringValue"].as_str().unwrap().starts_with("stopped after");
    assert!(collected.find(last).is_some(), "what was still queued is sent before the end");
}

#[tokio::test]
async fn a_collector_that_hangs_costs_nothing_but_its_own_lines_which_are_counted() {
    // The kernel takes connections in; nobody ever answers.
    let (_listener, url) = listening().await;
    let setup = Setup::default()
        .with("AMAZOFF_OTLP_ENDPOINT", &url)
        .with("AMAZOFF_METRICS_TOKEN", "a-token-for-metrics");
    let mut server = Server::start(&setup).await.unwrap();
    let client = reqwest::Client::new();
    let asking = (0..8).map(|_| async {
        for _ in 0..700 {
            let began = Instant::now();
            assert_eq!(
                client.get(format!("{}/health/live", server.base)).send().await.unwrap().status(),
                200
            );
            assert!(began.elapsed() < Duration::from_secs(5), "nobody waits for the collector");
        }
    });
    join_all(asking).await;
    let figures = client.get(format!("{}/metrics", server.base)).bearer_auth("a-token-for-metrics");
    let figures = figures.send().await.unwrap().text().await.unwrap();
    let lost = figures.lines().find_map(|line| line.strip_prefix("amazoff_log_lines_lost_total "));
    let lost: u64 = lost.expect("the figure is there").parse().unwrap();
    assert!(lost > 500, "{lost} of more than 5,600 lines are lost, the queue holds 4,096");
    let began = Instant::now();
    assert!(server.stop().await.unwrap().success());
    assert!(began.elapsed() < Duration::from_secs(15), "the flush has a limit");
}
