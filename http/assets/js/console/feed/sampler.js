// The figures of the node, read every two seconds for as long as the console is open; some minutes of them are kept.
import { buckets, highest, parse, quantile, sum } from "./metrics.js";

export const EVERY_MS = 2000;
/** How many samples are kept: five minutes. */
export const KEPT = 150;
/** Latencies are taken over so many samples, so that a quiet shop has some. */
const OVER = 5;
/** What the console asks itself says nothing about shoppers. */
const OURS = /^\/(ops|metrics|health|console|assets)(\/|$)/;
const theirs = ({ route }) => !OURS.test(route);
const DURATION = "amazoff_http_request_duration_seconds";
const REQUESTS = "amazoff_http_requests_total";

const listeners = new Set();
const kept = [];
/** The newest figures, and whether the node answers: `failed` says since when it does not. */
export const now = { families: null, samples: kept, failed: null, ready: null, health: null };

/** Has `told` called with each new sample until the view is left; at once if there is one. */
export function watch(told, signal) {
  listeners.add(told);
  signal.addEventListener("abort", () => listeners.delete(told));
  if (now.families || now.failed) told(now);
}

/** Begins to sample. Rounds never overlap: a slow node is not asked again before it has answered. */
export function start() {
  const round = async () => {
    const begun = Date.now();
    await sample();
    setTimeout(round, Math.max(200, EVERY_MS - (Date.now() - begun)));
  };
  round();
}

async function sample() {
  try {
    const limit = AbortSignal.timeout(10_000);
    const ask = (path) => fetch(path, { signal: limit, headers: { Accept: "application/json, text/plain" } });
    const [metrics, ready, health] = await Promise.all([ask("/metrics"), ask("/health/ready"), ask("/health")]);
    if (metrics.status === 401) location.assign(`/login?next=${encodeURIComponent(location.pathname)}`);
    if (!metrics.ok) throw Object.assign(new Error("refused"), { status: metrics.status });
    const families = parse(await metrics.text());
    const why = ready.ok ? "" : ((await ready.json().catch(() => ({}))).detail ?? "");
    const told = await health.json().catch(() => null);
    // All at once: a view may look at any moment.
    Object.assign(now, { families, ready: { ok: ready.ok, why }, health: told, failed: null });
    keep(taken(families));
  } catch (error) {
    now.failed = { since: now.failed?.since ?? new Date().toISOString(), status: error.status ?? null };
  }
  for (const told of listeners) told(now);
}

function keep(sample) {
  kept.push(compared(sample, kept));
  if (kept.length > KEPT) kept.shift();
}

function taken(families) {
  const status = (first) => (labels) => theirs(labels) && labels.status.startsWith(first);
  return {
    at: Date.now(),
    started: Date.now() / 1000 - sum(families, "amazoff_uptime_seconds"),
    requests: sum(families, REQUESTS, theirs),
    failures: sum(families, REQUESTS, status("5")),
    refusals: sum(families, REQUESTS, status("4")),
    durations: buckets(families, DURATION, theirs),
    queued: sum(families, "amazoff_commands_queued"),
    outbox: sum(families, "amazoff_outbox_waiting"),
    outboxAge: highest(families, "amazoff_outbox_oldest_seconds"),
    lag: highest(families, "amazoff_projection_lag_seconds"),
    shed: sum(families, "amazoff_commands_shed_total"),
    crashes: sum(families, "amazoff_cell_crashes_total"),
  };
}

/** The sample with its rates. Counters that fell are those of another process: nothing is said about that moment. */
function compared(sample, earlier) {
  const before = earlier.at(-1);
  const same = before && Math.abs(before.started - sample.started) < 5;
  const rate = (name) => (same ? Math.max(0, (sample[name] - before[name]) / ((sample.at - before.at) / 1000)) : null);
  const first = earlier.slice(-OVER).find(({ started }) => Math.abs(started - sample.started) < 5);
  const at = (part) => (first ? quantile(part, first.durations, sample.durations) : null);
  const rates = {
    perSecond: rate("requests"),
    failing: rate("failures"),
    refused: rate("refusals"),
    shedding: rate("shed"),
  };
  return { ...sample, ...rates, p50: at(0.5), p99: at(0.99) };
}
