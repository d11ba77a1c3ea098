// The log of what supervisors decide and operators do, as it happens.
import { h } from "../../kit/dom.js";
import { linked } from "../entities/linked.js";
import { log, state, watch } from "../feed/stream.js";
import { exact, span } from "../parts.js";

const SAID = {
  started: ["started", ""],
  restarted: ["runs again", "good"],
  finished: ["has finished", ""],
  stopped: ["was stopped", ""],
  killed: ["was killed", "bad"],
  halted: ["was halted by an operator", "calm"],
  planned: ["is to be started again", "bad"],
  degraded: ["used up its restarts, is tried again", "bad"],
  failed: ["failed for good", "bad"],
  gave_up: ["gave up", "bad"],
  cell_planned: ["had an entity crash, it comes back", "bad"],
};

/**
 * The log in a box that follows what happens: those entries that `wanted` takes, `most` at a time.
 */
export function logBox(title, { wanted = () => true, most = 60, signal }) {
  const list = h("ol", {});
  const frame = h("div", { class: "log", role: "log", "aria-live": "off", "aria-label": title, tabindex: "0" }, list);
  const live = h("span", { class: "live" });
  const fill = () => {
    const lines = log.filter(wanted).slice(0, most).map(line);
    list.replaceChildren(...(lines.length > 0 ? lines : [h("li", { class: "quiet" }, "Nothing yet.")]));
  };
  const told = (entry) => {
    live.textContent = state.open ? "Live" : "Not connected";
    live.classList.toggle("live-off", !state.open);
    if (!entry || !wanted(entry)) return;
    if (list.querySelector(".quiet")) return fill();
    list.prepend(line(entry));
    if (!entry.past) list.firstChild.classList.add("log-new");
    while (list.children.length > most) list.lastChild.remove();
  };
  fill();
  told();
  watch(told, signal);
  return {
    box: h("section", { class: "part" }, h("div", { class: "part-head" }, h("h2", {}, title), live), frame),
    fill,
  };
}

function line(entry) {
  if (entry.kind === "note") return h("li", { class: "log-calm" }, exact(entry.at), h("span", {}, entry.text));
  if (entry.kind === "audit") return audited(entry);
  const [said, tone] = SAID[entry.decision] ?? [entry.decision, ""];
  const node = h("a", { href: `/console/tree?node=${encodeURIComponent(entry.path)}` }, entry.path || "the whole tree");
  const why = entry.cause ? h("span", { class: "log-cause" }, linked(entry.cause)) : null;
  return h("li", { class: tone ? `log-${tone}` : null }, exact(entry.at), h("span", {}, node, ` ${said}${pause(entry)}`, why));
}

function pause({ in_ms: wait }) {
  if (wait === undefined) return "";
  return wait === 0 ? " at once" : ` in ${span(wait)}`;
}

function audited({ at, actor, action, subject }) {
  const said = [h("b", {}, action.replaceAll("-", " ")), " ", linked(subject)];
  return h(
    "li",
    { class: "log-audit" },
    exact(at),
    h("span", {}, said, h("span", { class: "log-cause" }, `by ${actor}`)),
  );
}
