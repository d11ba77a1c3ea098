// What waits for a person, and what waits too long.
import { highest, sum } from "../feed/metrics.js";
import { span } from "../parts.js";

const plural = (count, one, many) => (count === 1 ? `One ${one}` : `${count} ${many}`);

/** What a person has to decide. */
export function* people(families, stuck) {
  const crashed = sum(families, "amazoff_quarantined_commands");
  if (crashed > 0) {
    const text = `${plural(crashed, "command is", "commands are")} in quarantine`;
    yield {
      grave: true,
      text,
      more: "Each crashed its entity twice and is refused until you decide.",
      href: "/console/trouble",
    };
  }
  const dead = sum(families, "amazoff_dead_letters");
  if (dead > 0) {
    const text = `${plural(dead, "dead letter", "dead letters")}`;
    yield {
      grave: true,
      text,
      more: "What was decided cannot be delivered, and holds back what follows.",
      href: "/console/trouble/dead-letters",
    };
  }
  if (stuck.known === false) {
    yield { grave: false, text: "Whether checkouts are stuck is not known now", more: "", href: "/console/processes" };
  } else if (stuck.count > 0) {
    const text = `${plural(stuck.count, "checkout is", "checkouts are")} stuck`;
    yield { grave: true, text, more: "A shopper waits.", href: "/console/processes" };
  }
  const findings = sum(families, "amazoff_reconciliation_findings");
  if (findings > 0) {
    const text = `${plural(findings, "payment differs", "payments differ")} from what the provider says`;
    yield { grave: true, text, more: "", href: "/console/processes/reconciliations" };
  }
}

/** What lags, lacks room or is turned away. */
export function* waiting(families, kept) {
  const oldest = highest(families, "amazoff_outbox_oldest_seconds");
  if (oldest > 300) {
    yield {
      grave: false,
      text: "Effects are stuck",
      more: `The oldest waits for ${span(oldest * 1000)}.`,
      href: "/console/trouble/outbox",
    };
  }
  const lag = highest(families, "amazoff_projection_lag_seconds");
  const failing = sum(families, "amazoff_projection_failing_shards");
  if (failing > 0) {
    yield {
      grave: true,
      text: "A projection fails",
      more: `${plural(failing, "shard is", "shards are")} not read.`,
      href: "/console/processes/projections",
    };
  } else if (lag > 60) {
    yield { grave: false, text: "Lists lag", more: `By ${span(lag * 1000)}.`, href: "/console/processes/projections" };
  }
  const share = sum(families, "amazoff_memory_bytes") / Math.max(1, sum(families, "amazoff_memory_budget_bytes"));
  if (share > 0.9) {
    yield {
      grave: share > 1,
      text: "Memory is short",
      more: `${Math.round(share * 100)} % of the budget is used.`,
      href: "/console/limits",
    };
  }
  if (kept.slice(-15).some(({ shedding }) => shedding > 0)) {
    yield {
      grave: true,
      text: "Work is refused",
      more: "Commands were turned away because too much waited.",
      href: "/console/limits",
    };
  }
  if (sum(families, "amazoff_log_lines_lost_total") > 0) {
    yield {
      grave: false,
      text: "The log's collector misses lines",
      more: "They are on standard error.",
      href: "/console/limits/runtime",
    };
  }
}
