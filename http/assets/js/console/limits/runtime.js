// The figures of the runtime: what each domain holds and has done, the journal's lanes, the shards of this node.
import { get } from "../../kit/api.js";
import { h } from "../../kit/dom.js";
import { count, facts, table } from "../../kit/show.js";
import { samples, sum } from "../feed/metrics.js";
import { now } from "../feed/sampler.js";
import { bytes, head, keep, part, span } from "../parts.js";
import { limitTabs } from "./limits.js";

const EVERY_MS = 3000;

export async function runtime({ main, signal }) {
  const box = h("div", {});
  main.append(head("Runtime"), limitTabs(), box);
  const load = async () => {
    const [figures, health] = await Promise.all([get("/ops/v1/runtime"), get("/health")]);
    return { figures, standing: health.standing };
  };
  await keep(EVERY_MS, load, ({ figures, standing }) => box.replaceChildren(...drawn(figures, standing)), {
    main,
    signal,
  });
  return "Runtime";
}

function drawn(figures, standing) {
  const { lanes, domains } = figures;
  const own = facts([
    ["Node", h("code", {}, figures.node)],
    ["Standing", standing === "owner" ? "owner: it has the shards and may write" : standing],
    ["Up for", span(figures.uptime_s * 1000)],
    ["In flight", `${count(figures.in_flight)} commands`],
    ["Memory", `${bytes(figures.memory_bytes)} of ${bytes(figures.memory_bytes_max)}`],
    ["Sockets of shoppers", count(figures.sockets)],
    ["Streams of operators", count(figures.streams)],
    [
      "Journal",
      `${count(lanes.commits)} transactions with ${count(lanes.parts)} parts; ` +
        `${count(lanes.refused)} parts refused, ${count(lanes.failures)} transactions failed`,
    ],
  ]);
  return [
    part("This node", own),
    h("h2", {}, "Domains"),
    byDomain(domains),
    h("h2", {}, "Shards"),
    shards(),
    h("h2", {}, "Response cache"),
    cache(),
  ].filter(Boolean);
}

function byDomain(domains) {
  const rows = Object.entries(domains).map(([name, stats]) => ({ name, ...stats, ...stats.commands }));
  const number = (title, name) => ({ title, align: "right", cell: (row) => count(row[name]) });
  return table(
    "Domains",
    [
      {
        title: "Domain",
        cell: ({ name }) => h("a", { href: `/console/tree?node=shop/${name}`, "data-key": name }, name),
      },
      number("In memory", "resident"),
      number("Actors", "active"),
      { title: "Size", align: "right", cell: (row) => bytes(row.memory_bytes) },
      number("Waiting", "waiting"),
      { title: "p50", align: "right", cell: ({ latency_us: at }) => (at.p50 ? span(at.p50 / 1000) : "–") },
      { title: "p99", align: "right", cell: ({ latency_us: at }) => (at.p99 ? span(at.p99 / 1000) : "–") },
      number("Accepted", "accepted"),
      number("Refused", "rejected"),
      number("Repeats", "replayed"),
      number("Failed", "failed"),
      number("Shed", "shed"),
      number("Late", "expired"),
      number("Crashes", "crashes"),
      number("Frozen", "frozen"),
      number("Read", "loads"),
    ],
    rows,
    { wide: true },
  );
}

/** The books of the shards that were written since the start, from the newest metrics. */
function shards() {
  if (!now.families) return h("p", { class: "quiet" }, "Not read yet.");
  const sums = samples(now.families, "amazoff_ledger_sum");
  const broken = sums.filter(({ value }) => value !== 0);
  const postings = sum(now.families, "amazoff_ledger_postings_total");
  const written = `${count(sums.length)} shards of this node were written since the start`;
  const said = `${written}, with ${count(postings)} postings of money and stock.`;
  if (broken.length === 0) return h("p", {}, `${said} Each adds up to nothing, as it must.`);
  const columns = [
    { title: "Shard", cell: ({ labels }) => labels.shard },
    { title: "Sum", align: "right", cell: ({ value }) => count(value) },
  ];
  return h(
    "div",
    {},
    h("p", { class: "notice notice-bad" }, `${said} These do not add up:`),
    table("Broken books", columns, broken),
  );
}

function cache() {
  if (!now.families) return h("p", { class: "quiet" }, "Not read yet.");
  const asked = samples(now.families, "amazoff_response_cache_requests_total");
  return h(
    "p",
    {},
    asked.map(({ labels, value }) => `${labels.how}: ${count(value)}`).join(", ") || "Nothing was asked yet.",
  );
}
