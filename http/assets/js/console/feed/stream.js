// What happens, as it happens: one reader of `/ops/v1/stream` for the whole console.
//
// Not an EventSource, since that cannot ask for what was decided before it came: the first request names decision 0, so
// the log of the supervisors (their newest 256 decisions) comes along.

const KEPT = 300;
const PAUSE_MAX_MS = 10_000;
/** Clocks and answers are not exact: starts that are closer than this are one. */
const STARTED_APART_S = 4;

const listeners = new Set();
/** The newest entries, the newest first: `{ kind: "tree" | "audit" | "note", at, … }`. */
export const log = [];
/** Whether the stream is open. */
export const state = { open: false };
let last = "0";
let started = null;
/** Whether what comes now happens now: the first figures of a connection come after all that it tells of the past. */
let current = false;

/** Has `told(entry)` called with each entry until the view is left; with nothing when the stream opens or breaks. */
export function watch(told, signal) {
  listeners.add(told);
  signal.addEventListener("abort", () => listeners.delete(told));
}

/** Opens the stream, and again whenever it breaks. */
export async function start() {
  for (let failures = 0; ; failures += 1) {
    try {
      await read(() => (failures = 0));
    } catch (error) {
      if (error.final) return;
    }
    mark(false);
    await new Promise((resolve) => setTimeout(resolve, Math.min(PAUSE_MAX_MS, 500 * 2 ** failures)));
  }
}

async function read(opened) {
  await sameProcess();
  const headers = { Accept: "text/event-stream", "Last-Event-ID": last };
  const response = await fetch("/ops/v1/stream", { headers });
  if (!response.ok) throw new Error(`status ${response.status}`);
  mark(true);
  opened();
  current = false;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const parts = (text + value).split("\n\n");
    text = parts.pop();
    for (const part of parts) take(part);
  }
}

/**
 * Decisions are numbered anew by each process, so a number of the one before could hide what the next one decided:
 * whether it is the same is seen from when it was started.
 */
async function sameProcess() {
  const response = await fetch("/ops/v1/runtime", { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(`status ${response.status}`);
  const begun = Date.now() / 1000 - (await response.json()).uptime_s;
  if (started !== null && Math.abs(begun - started) > STARTED_APART_S) {
    last = "0";
    add(note("The shop was started again."));
  }
  started = begun;
}

function take(part) {
  const fields = Object.fromEntries(part.split("\n").map((line) => line.split(/: ?(.*)/s).slice(0, 2)));
  if (fields.data === undefined) return;
  const data = JSON.parse(fields.data);
  if (fields.id) last = fields.id;
  if (fields.event === "stats") current = true;
  if (fields.event === "tree" || fields.event === "audit") add({ kind: fields.event, past: !current, ...data });
  if (fields.event === "missed") missed(data);
  if (fields.event === "end") {
    add(note(`The stream has ended: ${data.reason}.`));
    mark(false);
    throw Object.assign(new Error("ended"), { final: true });
  }
}

function missed({ source, count }) {
  if (log.length === 0) return;
  const what = source === "tree" ? "decisions of supervisors" : "entries of the audit trail";
  add(note(`${count ?? "Some"} ${what} were missed.`));
}

function note(text) {
  return { kind: "note", at: new Date().toISOString(), text };
}

function add(entry) {
  log.unshift(entry);
  log.length = Math.min(log.length, KEPT);
  for (const told of listeners) told(entry);
}

function mark(open) {
  if (state.open === open) return;
  state.open = open;
  for (const told of listeners) told();
}
