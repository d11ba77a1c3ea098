// How the shop is, at a glance.
import { get } from "../../kit/api.js";
import { h } from "../../kit/dom.js";
import { count } from "../../kit/show.js";
import { highest, sum } from "../feed/metrics.js";
import { watch } from "../feed/sampler.js";
import { bytes, clock, exact, head, keepingFocus, span } from "../parts.js";
import { charts } from "./charts.js";
import { logBox } from "./log.js";
import { wrongs } from "./wrong.js";

const STUCK_EVERY_MS = 10_000;

export async function overview({ main, signal }) {
  const state = h("p", { class: "state", role: "status" });
  const wrong = h("div", { class: "wrong" });
  const tiles = h("div", { class: "tiles" });
  const drawn = charts();
  const events = logBox("What happens", { most: 40, signal });
  main.append(head("Overview", state), wrong, tiles, drawn.box, events.box);
  const stuck = { count: 0 };
  await look(stuck, signal);
  watch((now) => {
    say(state, now);
    show(wrong, wrongs(now, stuck));
    if (!now.families) return;
    keepingFocus(tiles, () => tiles.replaceChildren(...figures(now, stuck)));
    drawn.update(now.samples);
  }, signal);
}

/** Counts the stuck checkouts now and then: the one figure that is not among the metrics. */
async function look(stuck, signal) {
  if (signal.aborted) return;
  await get("/ops/v1/processes?limit=1").then(
    (processes) => Object.assign(stuck, { count: processes.stuck, total: processes.total, known: true }),
    () => Object.assign(stuck, { known: false }),
  );
  setTimeout(() => look(stuck, signal), STUCK_EVERY_MS);
}

function say(box, { failed, ready, health, samples }) {
  const [text, tone] = spoken(failed, ready, health);
  const at = failed ? failed.since : samples.at(-1)?.at;
  box.className = `state state-${tone}`;
  box.replaceChildren(h("b", {}, text), at ? h("span", {}, failed ? " since " : " at ", clock(new Date(at))) : "");
}

function spoken(failed, ready, health) {
  if (failed) return [failed.status ? `Status ${failed.status}` : "No answer", "bad"];
  if (!ready) return ["Looking…", "calm"];
  if (!ready.ok) return ["Not ready", "bad"];
  if (health?.standing && health.standing !== "owner") return [`Standing: ${health.standing}`, "bad"];
  return health?.status === "ok" ? ["Every part runs", "good"] : ["Degraded", "bad"];
}

/** Drawn only when it changes, so that a screen reader hears news and not the same every two seconds. */
function show(box, found) {
  const text = JSON.stringify(found);
  if (box.dataset.shown === text) return;
  box.dataset.shown = text;
  if (found.length === 0) {
    box.replaceChildren(h("p", { class: "fine" }, "Nothing needs you."));
    return;
  }
  const line = ({ grave, text: said, more, href, since }) =>
    h(
      "li",
      { class: grave ? "wrong-grave" : "wrong-calm" },
      h("b", {}, href ? h("a", { href }, said) : said),
      since ? h("span", {}, "since ", exact(since)) : null,
      more ? h("span", {}, more) : null,
    );
  box.replaceChildren(
    h("h2", { class: "visually-hidden" }, "What is wrong"),
    h("ul", { "aria-live": "polite" }, found.map(line)),
  );
}

function tile(name, value, more, { href, bad = false } = {}) {
  const inside = [
    h("p", { class: "tile-name" }, name),
    h("p", { class: "tile-value" }, value),
    h("p", { class: "tile-more" }, more),
  ];
  return h(href ? "a" : "div", { class: bad ? "tile tile-bad" : "tile", href: href ?? null, "data-key": name }, inside);
}

function figures({ families, samples }, stuck) {
  const newest = samples.at(-1) ?? {};
  const total = (name) => sum(families, name);
  const dead = total("amazoff_dead_letters");
  const crashed = total("amazoff_quarantined_commands");
  const memory = total("amazoff_memory_bytes");
  const outbox = total("amazoff_outbox_waiting");
  const oldest = span(highest(families, "amazoff_queue_oldest_wait_seconds") * 1000);
  const lag = newest.lag ?? 0;
  return [
    tile(
      "Live entities",
      count(total("amazoff_cells_resident")),
      `${count(total("amazoff_cells_active"))} with an actor`,
      { href: "/console/entities" },
    ),
    tile(
      "Commands waiting",
      count(total("amazoff_commands_queued")),
      `the oldest ${oldest}, ${highest(families, "amazoff_queue_depth_max")} in the fullest queue`,
      { href: "/console/entities" },
    ),
    tile("Outbox", count(outbox), outbox > 0 ? `oldest ${span(newest.outboxAge * 1000)}` : "all is delivered", {
      href: "/console/trouble/outbox",
    }),
    tile(
      "Lists behind by",
      lag > 0 ? span(lag * 1000) : "0 s",
      `${count(total("amazoff_projection_behind_events"))} events`,
      { href: "/console/processes/projections", bad: lag > 60 },
    ),
    tile(
      "Checkouts running",
      stuck.known ? count(stuck.total) : "?",
      stuck.known ? `${stuck.count} stuck` : "not known now",
      { href: "/console/processes", bad: stuck.count > 0 },
    ),
    tile("For a person", count(dead + crashed), `${crashed} quarantined, ${dead} dead ${dead === 1 ? "letter" : "letters"}`, {
      href: "/console/trouble",
      bad: dead + crashed > 0,
    }),
    tile(
      "Entities crashed",
      count(total("amazoff_cell_crashes_total")),
      `${count(total("amazoff_tree_restarts_total"))} restarts of parts since the start`,
      { href: "/console/tree" },
    ),
    tile("Memory", bytes(memory), `of ${bytes(total("amazoff_memory_budget_bytes"))}`, { href: "/console/limits" }),
    tile(
      "Up for",
      span(total("amazoff_uptime_seconds") * 1000),
      `version ${families.get("amazoff_build_info")?.[0]?.labels.version ?? "?"}`,
      { href: "/console/limits/runtime" },
    ),
  ];
}
