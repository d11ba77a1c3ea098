//! `/metrics`: every figure of the runtime, in the text format of Prometheus.
//!
//! Written from the runtime's typed figures at each scrape, so nothing is counted twice and nothing that is gone lingers.
//! Units are seconds and bytes, counters end in `_total`. Labels are domains, nodes of the tree, projections, pools and
//! routes: none of them grows with shoppers or entities. Only operators and who holds the token for metrics may read it.

mod payments;
mod requests;
mod runtime;
mod text;
mod waiting;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

pub use requests::Requests;

use crate::openapi::ReadyProblems;
use crate::platform::Platform;
use crate::problem::Problem;
use text::{Kind, Text};

/// Shows every figure of this node in the text format of Prometheus. For operators, and for a scraper that shows the token
/// of `AMAZOFF_METRICS_TOKEN` as its bearer token.
#[utoipa::path(get, path = "/metrics", tag = "ops",
    responses((status = 200, content_type = "text/plain", body = String), ReadyProblems))]
pub(crate) async fn scrape(State(platform): State<Platform>) -> Result<impl IntoResponse, Problem> {
    let mut text = Text::default();
    let help = "The version that runs.";
    let version = [("version", env!("CARGO_PKG_VERSION"))];
    text.family("amazoff_build_info", Kind::Gauge, help).sample(&version, 1);
    let help = "How long the node has been up.";
    text.family("amazoff_uptime_seconds", Kind::Gauge, help).sample(&[], platform.uptime().as_secs_f64());
    let stats = platform.runtime.stats();
    runtime::domains(&mut text, &stats);
    runtime::node(&mut text, &stats, &platform.runtime.limits().runtime);
    runtime::ledger(&mut text, &platform.runtime.ledger_totals());
    runtime::tree(&mut text, &platform.tree()?.snapshot());
    waiting::write(&mut text, &platform).await;
    payments::write(&mut text, &platform);
    let help = "Open WebSockets of shoppers.";
    text.family("amazoff_sockets_open", Kind::Gauge, help).sample(&[], platform.realtime.open_sockets());
    let help = "Open event streams of operators.";
    text.family("amazoff_ops_streams_open", Kind::Gauge, help).sample(&[], platform.streams.open());
    if let Some(lost) = platform.lost_lines() {
        let help = "Lines of the log that the collector did not get.";
        text.family("amazoff_log_lines_lost_total", Kind::Counter, help).sample(&[], lost);
    }
    let help = "Requests for what anyone may see, by where the answer came from.";
    let mut family = text.family("amazoff_response_cache_requests_total", Kind::Counter, help);
    for (how, count) in platform.cache.counts() {
        family.sample(&[("how", how)], count);
    }
    platform.requests.write(&mut text);
    Ok(([(CONTENT_TYPE, text::CONTENT_TYPE)], text.finish()))
}

#[cfg(test)]
mod tests;
