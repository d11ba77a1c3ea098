//! Requests by route: how many, with which status, how long. Bounded: routes are patterns, and odd methods are one.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{Method, StatusCode};
use dashmap::DashMap;

use super::text::{Kind, Text};

/// Upper bounds of the histogram's buckets, in milliseconds.
const BOUNDS_MS: [u64; 11] = [1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 10_000];

/// Counts of this node since its start. Clones share them.
#[derive(Clone, Default)]
pub struct Requests(Arc<DashMap<Route, Served>>);

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Route {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Clone, Copy, Default)]
struct Served {
    count: u64,
    took: Duration,
    /// Requests that took no longer than the bound and longer than the one before it.
    within: [u64; BOUNDS_MS.len()],
}

impl Requests {
    /// Counts a request that was answered.
    pub(crate) fn served(&self, method: &Method, route: &str, status: StatusCode, took: Duration) {
        let route = Route { method: known(method), route: route.to_owned(), status: status.as_u16() };
        let mut served = self.0.entry(route).or_default();
        served.count += 1;
        served.took = served.took.saturating_add(took);
        let bucket = BOUNDS_MS.iter().position(|bound| took <= Duration::from_millis(*bound));
        if let Some(within) = bucket.and_then(|bucket| served.within.get_mut(bucket)) {
            *within += 1;
        }
    }

    pub(super) fn write(&self, text: &mut Text) {
        let by_status: BTreeMap<Route, Served> =
            self.0.iter().map(|entry| (entry.key().clone(), *entry.value())).collect();
        let help = "Requests that were answered.";
        let mut family = text.family("amazoff_http_requests_total", Kind::Counter, help);
        let mut by_route: BTreeMap<(&str, &str), Served> = BTreeMap::new();
        for (Route { method, route, status }, served) in &by_status {
            let status = status.to_string();
            family.sample(&[("method", method), ("route", route), ("status", &status)], served.count);
            by_route.entry((method, route)).or_default().add(served);
        }
        let help = "Time from a request's head to its answer's; bodies are sent after it.";
        let mut family = text.family("amazoff_http_request_duration_seconds", Kind::Histogram, help);
        for ((method, route), served) in by_route {
            let mut sum = 0;
            for (bound, within) in BOUNDS_MS.into_iter().zip(served.within) {
                sum += within;
                let bound = Duration::from_millis(bound).as_secs_f64().to_string();
                family.suffixed("_bucket", &[("method", method), ("route", route), ("le", &bound)], sum);
            }
            let labels = [("method", method), ("route", route), ("le", "+Inf")];
            family.suffixed("_bucket", &labels, served.count);
            family.suffixed("_sum", &labels[..2], served.took.as_secs_f64());
            family.suffixed("_count", &labels[..2], served.count);
        }
    }
}

impl Served {
    fn add(&mut self, other: &Self) {
        self.count += other.count;
        self.took = self.took.saturating_add(other.took);
        for (sum, more) in self.within.iter_mut().zip(other.within) {
            *sum += more;
        }
    }
}

fn known(method: &Method) -> &'static str {
    let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    methods.into_iter().find(|known| *known == method.as_str()).unwrap_or("other")
}
