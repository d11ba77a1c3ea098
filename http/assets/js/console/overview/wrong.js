// What is wrong, the worst first. Each line names the page where something can be done about it.
import { highest, samples, sum } from "../feed/metrics.js";
import { span } from "../parts.js";

const plural = (count, one, many) => (count === 1 ? `One ${one}` : `${count} ${many}`);

/** What needs a person, or soon will: `[{ grave, text, more, href }]`. */
export function wrongs({ families, samples: kept, failed, ready }, stuck) {
  if (failed) return [{ grave: true, text: "The shop does not answer", more: "What stands below is older. Look at the process and its log.", href: null, since: failed.since }];
  if (!families) return [];
  const found = [...foundations(families, ready), ...nodes(families), ...people(families, stuck), ...waiting(families, kept)];
  return found.sort((a, b) => Number(b.grave) - Number(a.grave));
}

function* foundations(families, ready) {
  if (ready && !ready.ok) {
    yield { grave: true, text: "Not ready: no request should be sent here", more: ready.why, href: "/console/tree" };
  }
  if (samples(families, "amazoff_journal_up").some(({ value }) => value === 0)) {
    yield { grave: true, text: "The journal is away", more: "Nothing can be stored; what is in memory is still read.", href: "/console/tree" };
  }
  const broken = samples(families, "amazoff_ledger_sum").filter(({ value }) => value !== 0);
  if (broken.length > 0) {
    const shards = broken.map(({ labels }) => labels.shard).join(", ");
    yield { grave: true, text: "The books do not add up", more: `Shards ${shards}: a defect was stored.`, href: "/console/limits/runtime" };
  }
}

function* nodes(families) {
  for (const { labels, value } of samples(families, "amazoff_tree_node_status")) {
    if (value !== 1 || ["running", "starting", "stopped"].includes(labels.status)) continue;
    const gave = labels.status === "failed" ? "has given up" : labels.status === "degraded" ? "is degraded" : "waits for its restart";
    const grave = labels.status !== "backoff";
    yield { grave, text: `${labels.node || "The root"} ${gave}`, more: "", href: `/console/tree?node=${encodeURIComponent(labels.node)}` };
  }
  for (const { labels, value } of samples(families, "amazoff_tree_node_halted")) {
    if (value !== 1) continue;
    const more = "It stays so until an operator restarts it.";
    yield { grave: false, text: `${labels.node} is halted`, more, href: `/console/tree?node=${encodeURIComponent(labels.node)}` };
  }
}

function* people(families, stuck) {
  const crashed = sum(families, "amazoff_quarantined_commands");
  if (crashed > 0) {
    const text = `${plural(crashed, "command is", "commands are")} in quarantine`;
    yield { grave: true, text, more: "Each crashed its entity twice and is refused until you decide.", href: "/console/trouble" };
  }
  const dead = sum(families, "amazoff_dead_letters");
  if (dead > 0) {
    const text = `${plural(dead, "dead letter", "dead letters")}`;
    yield { grave: true, text, more: "What was decided cannot be delivered, and holds back what follows.", href: "/console/trouble/dead-letters" };
  }
  if (stuck > 0) {
    const text = `${plural(stuck, "checkout is", "checkouts are")} stuck`;
    yield { grave: true, text, more: "A shopper waits.", href: "/console/processes" };
  }
  const findings = sum(families, "amazoff_reconciliation_findings");
  if (findings > 0) {
    const text = `${plural(findings, "payment differs", "payments differ")} from what the provider says`;
    yield { grave: true, text, more: "", href: "/console/processes/reconciliations" };
  }
}

function* waiting(families, kept) {
  const oldest = highest(families, "amazoff_outbox_oldest_seconds");
  if (oldest > 300) {
    yield { grave: false, text: "Effects are stuck", more: `The oldest waits for ${span(oldest * 1000)}.`, href: "/console/trouble/outbox" };
  }
  const lag = highest(families, "amazoff_projection_lag_seconds");
  const failing = sum(families, "amazoff_projection_failing_shards");
  if (failing > 0) {
    yield { grave: true, text: "A projection fails", more: `${plural(failing, "shard is", "shards are")} not read.`, href: "/console/processes/projections" };
  } else if (lag > 60) {
    yield { grave: false, text: "Lists lag", more: `By ${span(lag * 1000)}.`, href: "/console/processes/projections" };
  }
  const share = sum(families, "amazoff_memory_bytes") / Math.max(1, sum(families, "amazoff_memory_budget_bytes"));
  if (share > 0.9) {
    yield { grave: share > 1, text: "Memory is short", more: `${Math.round(share * 100)} % of the budget is used.`, href: "/console/limits" };
  }
  if (kept.slice(-15).some(({ shedding }) => shedding > 0)) {
    yield { grave: true, text: "Work is refused", more: "Commands were turned away because too much waited.", href: "/console/limits" };
  }
  if (sum(families, "amazoff_log_lines_lost_total") > 0) {
    yield { grave: false, text: "The log's collector misses lines", more: "They are on standard error.", href: "/console/limits/runtime" };
  }
}
