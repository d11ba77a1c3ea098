// What is wrong, the worst first. Each line names the page where something can be done about it.
import { samples } from "../feed/metrics.js";
import { people, waiting } from "./needs.js";

/** What needs a person, or soon will: `[{ grave, text, more, href }]`. */
export function wrongs({ families, samples: kept, failed, ready }, stuck) {
  if (failed)
    return [
      {
        grave: true,
        text: failed.status ? `The shop answers with status ${failed.status}` : "The shop does not answer",
        more: "What stands below is older. Look at the process and its log.",
        href: null,
        since: failed.since,
      },
    ];
  if (!families) return [];
  const found = [
    ...foundations(families, ready),
    ...nodes(families),
    ...people(families, stuck),
    ...waiting(families, kept),
  ];
  return found.sort((a, b) => Number(b.grave) - Number(a.grave));
}

function* foundations(families, ready) {
  if (ready && !ready.ok) {
    yield { grave: true, text: "Not ready: no request should be sent here", more: ready.why, href: "/console/tree" };
  }
  if (samples(families, "amazoff_journal_up").some(({ value }) => value === 0)) {
    yield {
      grave: true,
      text: "The journal is away",
      more: "Nothing can be stored; what is in memory is still read.",
      href: "/console/tree",
    };
  }
  const broken = samples(families, "amazoff_ledger_sum").filter(({ value }) => value !== 0);
  if (broken.length > 0) {
    const shards = broken.map(({ labels }) => labels.shard).join(", ");
    yield {
      grave: true,
      text: "The books do not add up",
      more: `Shards ${shards}: a defect was stored.`,
      href: "/console/limits/runtime",
    };
  }
}

function* nodes(families) {
  for (const { labels, value } of samples(families, "amazoff_tree_node_status")) {
    if (value !== 1 || ["running", "starting", "stopped"].includes(labels.status)) continue;
    const gave =
      labels.status === "failed"
        ? "has given up"
        : labels.status === "degraded"
          ? "is degraded"
          : "waits for its restart";
    const grave = labels.status !== "backoff";
    yield {
      grave,
      text: `${labels.node || "The root"} ${gave}`,
      more: "",
      href: `/console/tree?node=${encodeURIComponent(labels.node)}`,
    };
  }
  for (const { labels, value } of samples(families, "amazoff_tree_node_halted")) {
    if (value !== 1) continue;
    const more = "It stays so until an operator restarts it.";
    yield {
      grave: false,
      text: `${labels.node} is halted`,
      more,
      href: `/console/tree?node=${encodeURIComponent(labels.node)}`,
    };
  }
}
