//! The runtime's figures as metrics: domains, lanes, memory, the tree and its pools.

use std::collections::BTreeMap;
use std::time::Duration;

use amazoff_supervisor::tree::{Status, TreeView};
use amazoff_supervisor::{CommandStats, DomainStats, RuntimeLimits, RuntimeStats, ShardId, ShardTotal};
use serde_json::Value;

use super::text::{Kind, Text};

type OfDomain = (&'static str, &'static str, fn(&DomainStats) -> u64);
type OfCommands = (&'static str, &'static str, fn(&CommandStats) -> u64);

const DOMAIN_GAUGES: [OfDomain; 6] = [
    ("amazoff_cells_resident", "Cells in memory.", |domain| wide(domain.resident)),
    ("amazoff_cells_active", "Cells with an actor.", |domain| wide(domain.active)),
    ("amazoff_cells_waiting", "Cells with work that wait for an actor.", |domain| wide(domain.waiting_cells)),
    ("amazoff_commands_queued", "Commands in the queues of active cells.", |domain| wide(domain.waiting)),
    ("amazoff_queue_depth_max", "Commands in the fullest queue.", |domain| wide(domain.deepest.depth)),
    ("amazoff_commands_in_flight", "Commands queued or running.", |domain| wide(domain.commands.in_flight)),
];

const DOMAIN_COUNTERS: [OfCommands; 11] = [
    ("amazoff_commands_accepted_total", "Commands that an entity accepted.", |commands| commands.accepted),
    ("amazoff_commands_rejected_total", "Commands that an entity refused.", |commands| commands.rejected),
    ("amazoff_commands_replayed_total", "Repeats that got the stored outcome.", |commands| commands.replayed),
    (
        "amazoff_commands_failed_total",
        "Commands without an answer of their entity: it crashed, or the store was away.",
        |commands| commands.failed,
    ),
    ("amazoff_commands_shed_total", "Commands refused because too much waited.", |commands| commands.shed),
    ("amazoff_commands_expired_total", "Commands not reached in time.", |commands| commands.expired),
    ("amazoff_cell_crashes_total", "Crashes of cells.", |commands| commands.crashes),
    ("amazoff_cell_frozen_total", "Cells killed because they did not get on.", |commands| commands.frozen),
    (
        "amazoff_entities_suspended_total",
        "Entities suspended because they would have broken the books.",
        |commands| commands.suspended,
    ),
    ("amazoff_cell_loads_total", "States read from the journal.", |commands| commands.loads),
    ("amazoff_cell_passivations_total", "Cells that left memory.", |commands| commands.passivations),
];

pub(super) fn domains(text: &mut Text, stats: &RuntimeStats) {
    for (name, help, of) in DOMAIN_GAUGES {
        let mut family = text.family(name, Kind::Gauge, help);
        for (kind, domain) in &stats.domains {
            family.sample(&[("domain", kind)], of(domain));
        }
    }
    let help = "How long the oldest queued command has waited.";
    let mut family = text.family("amazoff_queue_oldest_wait_seconds", Kind::Gauge, help);
    for (kind, domain) in &stats.domains {
        family.sample(&[("domain", kind)], seconds(domain.oldest_ms));
    }
    for (name, help, of) in DOMAIN_COUNTERS {
        let mut family = text.family(name, Kind::Counter, help);
        for (kind, domain) in &stats.domains {
            family.sample(&[("domain", kind)], of(&domain.commands));
        }
    }
    let help = "Commands answered per second, over the last ten to twenty seconds.";
    let mut family = text.family("amazoff_commands_per_second", Kind::Gauge, help);
    for (kind, domain) in &stats.domains {
        family.sample(&[("domain", kind)], domain.commands.per_second);
    }
    let help = "Time from asking to answering, over the last 30 to 60 seconds; 0 when nothing was asked.";
    let mut family = text.family("amazoff_command_latency_seconds", Kind::Gauge, help);
    for (kind, domain) in &stats.domains {
        let latency = domain.commands.latency_us;
        for (quantile, us) in [("0.5", latency.p50), ("0.99", latency.p99)] {
            let value = Duration::from_micros(us).as_secs_f64();
            family.sample(&[("domain", kind), ("quantile", quantile)], value);
        }
    }
}

pub(super) fn node(text: &mut Text, stats: &RuntimeStats, limits: &RuntimeLimits) {
    let lanes = stats.lanes;
    for (name, help, value) in [
        ("amazoff_lane_commits_total", "Transactions committed.", lanes.commits),
        ("amazoff_lane_parts_total", "Parts (batches of cells) stored by them.", lanes.parts),
        (
            "amazoff_lane_refused_total",
            "Parts refused, such as by a version or key that was taken.",
            lanes.refused,
        ),
        ("amazoff_lane_failures_total", "Transactions that failed as a whole.", lanes.failures),
    ] {
        text.family(name, Kind::Counter, help).sample(&[], value);
    }
    for (name, help, value) in [
        ("amazoff_memory_bytes", "Estimated size of states and queued commands.", stats.memory_bytes),
        ("amazoff_memory_budget_bytes", "The budget for them.", limits.memory_bytes_max),
        (
            "amazoff_node_commands_in_flight",
            "Commands of all domains that are queued or running.",
            stats.in_flight,
        ),
        ("amazoff_node_commands_in_flight_max", "The limit for them.", limits.in_flight_max),
    ] {
        text.family(name, Kind::Gauge, help).sample(&[], value);
    }
}

/// The books of each shard of this node: at most one label per shard.
pub(super) fn ledger(text: &mut Text, totals: &BTreeMap<ShardId, ShardTotal>) {
    let help = "Postings of money and goods that a shard has stored since the start.";
    let mut family = text.family("amazoff_ledger_postings_total", Kind::Counter, help);
    for (shard, total) in totals {
        family.sample(&[("shard", &shard.number().to_string())], total.postings);
    }
    let help = "The sum of a shard's postings since the start: 0, or its books are broken.";
    let mut family = text.family("amazoff_ledger_sum", Kind::Gauge, help);
    for (shard, total) in totals {
        family.sample(&[("shard", &shard.number().to_string())], total.sum);
    }
}

const STATUSES: [(&str, Status); 6] = [
    ("starting", Status::Starting),
    ("running", Status::Running),
    ("backoff", Status::Backoff),
    ("degraded", Status::Degraded),
    ("stopped", Status::Stopped),
    ("failed", Status::Failed),
];

pub(super) fn tree(text: &mut Text, root: &TreeView) {
    let mut nodes = Vec::new();
    collect("", root, &mut nodes);
    let help =
        "1 for the status that a node of the supervision tree has, 0 for the others; \"/\" is the root.";
    let mut family = text.family("amazoff_tree_node_status", Kind::Gauge, help);
    for (path, node) in &nodes {
        for (name, status) in STATUSES {
            family.sample(&[("node", path), ("status", name)], u8::from(node.status == status));
        }
    }
    let help = "1 when an operator has halted the node.";
    let mut family = text.family("amazoff_tree_node_halted", Kind::Gauge, help);
    for (path, node) in &nodes {
        family.sample(&[("node", path)], u8::from(node.halted));
    }
    let help = "How often a node was started again.";
    let mut family = text.family("amazoff_tree_restarts_total", Kind::Counter, help);
    for (path, node) in &nodes {
        family.sample(&[("node", path)], node.restarts);
    }
    let help = "How often cells of a domain were started again.";
    let mut family = text.family("amazoff_cell_restarts_total", Kind::Counter, help);
    for (_, node) in nodes.iter().filter(|(path, _)| path.starts_with("shop/")) {
        family.sample(&[("domain", &node.name)], node.cell_restarts);
    }
    pools(text, root);
}

fn collect<'a>(path: &str, node: &'a TreeView, nodes: &mut Vec<(String, &'a TreeView)>) {
    nodes.push((if path.is_empty() { "/".to_owned() } else { path.to_owned() }, node));
    for child in &node.children {
        let below = if path.is_empty() { child.name.clone() } else { format!("{path}/{}", child.name) };
        collect(&below, child, nodes);
    }
}

/// The figures that a pool shows in the tree, by their names there.
const POOL: [(&str, &str, Kind, &str); 9] = [
    ("threads", "amazoff_pool_threads", Kind::Gauge, "Threads of a CPU pool."),
    ("waiting", "amazoff_pool_jobs_waiting", Kind::Gauge, "Jobs that wait for a thread."),
    ("running", "amazoff_pool_jobs_running", Kind::Gauge, "Jobs that are computed."),
    ("done", "amazoff_pool_jobs_done_total", Kind::Counter, "Jobs that ended."),
    ("panics", "amazoff_pool_jobs_panicked_total", Kind::Counter, "Jobs that panicked."),
    (
        "skipped",
        "amazoff_pool_jobs_skipped_total",
        Kind::Counter,
        "Jobs given up by their caller before they ran.",
    ),
    ("refused", "amazoff_pool_jobs_refused_total", Kind::Counter, "Jobs refused because too many waited."),
    ("expired", "amazoff_pool_jobs_expired_total", Kind::Counter, "Jobs not done in time."),
    ("rebuilds", "amazoff_pool_rebuilds_total", Kind::Counter, "How often a pool was built anew."),
];

fn pools(text: &mut Text, root: &TreeView) {
    let pools = root.at("compute").map_or(&[][..], |compute| &compute.children);
    for (key, name, kind, help) in POOL {
        let mut family = text.family(name, kind, help);
        for pool in pools {
            if let Some(value) = pool.stats.as_ref().and_then(|stats| stats.get(key)).and_then(Value::as_u64)
            {
                family.sample(&[("pool", &pool.name)], value);
            }
        }
    }
    let help = "Mean time of a job since the start.";
    let mut family = text.family("amazoff_pool_job_mean_seconds", Kind::Gauge, help);
    for pool in pools {
        if let Some(us) = pool.stats.as_ref().and_then(|stats| stats.get("mean_us")).and_then(Value::as_u64) {
            family.sample(&[("pool", &pool.name)], Duration::from_micros(us).as_secs_f64());
        }
    }
}

pub(super) fn seconds(ms: u64) -> f64 {
    Duration::from_millis(ms).as_secs_f64()
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
