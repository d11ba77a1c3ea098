//! The whole supervision tree on one screen. Children start in this order and stop in reverse.
//!
//! ```text
//! amazoff
//! ├─ persistence   lanes, outbox, reminders, projections, slow rounds     one_for_one
//! ├─ compute       CPU pools: passwords, images, searches                 one_for_one
//! ├─ shop          one supervisor per domain, its cells below             one_for_one
//! └─ edge          HTTP listeners, realtime, reconciliation, retention    one_for_one
//! ```
//!
//! A child that keeps failing is degraded: its own commands are refused with a time to come back, its supervisor starts
//! it again with growing pauses, and no sibling notices.

use std::time::Duration;

use amazoff_supervisor::Runtime;
use amazoff_supervisor::tree::{Backoff, ChildSpec, Intensity, OnExhausted, SupervisorSpec};

/// The domains, in start order; a domain that calls another starts after it.
pub const DOMAINS: [&str; 15] = [
    "product",
    "category",
    "desk",
    "stock",
    "pricebook",
    "coupon",
    "cart",
    "user",
    "rating",
    "review",
    "inbox",
    "endpoint",
    "order",
    "payment",
    "checkout",
];

/// What a service may fail before it is degraded.
const SERVICE: (u32, Duration) = (10, Duration::from_secs(10));
/// What the cells of one domain may fail together before the domain is degraded.
const CELLS: (u32, Duration) = (20, Duration::from_secs(10));

/// Declares the tree over the runtime's services, the CPU pools and the edges.
pub fn declare(
    runtime: &Runtime,
    compute: impl IntoIterator<Item = ChildSpec>,
    edge: impl IntoIterator<Item = ChildSpec>,
) -> SupervisorSpec {
    let mut services = runtime.lanes();
    services.extend([runtime.outbox(), runtime.reminders(), runtime.projections(), runtime.housekeeping()]);
    services.push(runtime.watchdog());
    let domains = DOMAINS.iter().filter_map(|kind| runtime.member(kind)).map(|member| {
        let (restarts_max, period) = CELLS;
        ChildSpec::domain(member.host()).cells(Intensity::new(restarts_max, period), Backoff::default())
    });
    SupervisorSpec::one_for_one("amazoff")
        .child(group("persistence", services))
        .child(group("compute", compute))
        .child(group("shop", domains))
        .child(group("edge", edge))
}

/// Declares the tree of a runtime of which only commands are asked: nothing is delivered, projected or reminded of.
pub fn commands_only(runtime: &Runtime) -> SupervisorSpec {
    let domains = DOMAINS.iter().filter_map(|kind| runtime.member(kind)).map(|member| {
        let (restarts_max, period) = CELLS;
        ChildSpec::domain(member.host()).cells(Intensity::new(restarts_max, period), Backoff::default())
    });
    SupervisorSpec::one_for_one("amazoff")
        .child(group("persistence", runtime.lanes()))
        .child(group("shop", domains))
}

/// Children that fail and recover one by one.
fn group(name: &str, children: impl IntoIterator<Item = ChildSpec>) -> SupervisorSpec {
    let (restarts_max, period) = SERVICE;
    children
        .into_iter()
        .map(|child| child.on_exhausted(OnExhausted::Degrade))
        .fold(SupervisorSpec::one_for_one(name).intensity(restarts_max, period), SupervisorSpec::child)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_domain_and_nobody_else_has_golden_files() {
        let folders = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/golden")).unwrap();
        let folders: BTreeSet<String> =
            folders.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        assert_eq!(folders, DOMAINS.map(str::to_owned).into());
    }
}
