// One node of the tree: how it is, what happened to it, and what an operator can do about it.
import { h } from "../../kit/dom.js";
import { count, facts, moment, words } from "../../kit/show.js";
import { logBox } from "../overview/log.js";
import { act, button, keepingFocus, span, status } from "../parts.js";

const DO = {
  restart: {
    said: "It is restarted.",
    ask: [
      "Restart",
      "It is stopped in good order and started afresh, with the siblings that its " +
        "supervisor's strategy takes along. What waits in its queues is kept.",
    ],
  },
  halt: {
    said: "It is halted.",
    ask: ["Halt", "It stops, and stays stopped until somebody restarts it. Whoever needs it is refused meanwhile."],
  },
  kill: {
    said: "It was killed.",
    ask: [
      "Kill",
      "It ends at once, as a crash would have it, with everything below it. Its supervisor " +
        "does what its line says, most often start it again.",
    ],
  },
};

/** The pane beside the tree; `show(path, node)` says which node. */
export function detail({ signal }) {
  const title = h("h2", { tabindex: "-1" });
  const body = h("div", {});
  const acts = h("div", { class: "acts" });
  const shown = { path: null };
  const events = logBox("What happened to it", { wanted: (entry) => touches(entry, shown.path), most: 20, signal });
  events.box.classList.replace("part", "pane-log");
  const box = h(
    "section",
    { class: "part node-detail", "aria-label": "The chosen node" },
    title,
    body,
    acts,
    events.box,
  );
  const show = (path, node) => {
    if (!node) return body.replaceChildren(h("p", { class: "quiet" }, "There is no such node."));
    if (shown.path !== path) {
      shown.path = path;
      events.fill();
      acts.replaceChildren(...buttons(path, node));
    }
    title.textContent = path || node.name;
    keepingFocus(body, () => body.replaceChildren(...figures(path, node)));
  };
  const focus = () => {
    box.scrollIntoView({ block: "start" });
    title.focus({ preventScroll: true });
  };
  return { box, show, focus };
}

function touches({ kind, path, subject }, shown) {
  return (kind === "tree" && path === shown) || (kind === "audit" && subject === shown && shown !== "");
}

function buttons(path, node) {
  if (path === "") return [h("p", { class: "quiet" }, "The root only ends with the process.")];
  return Object.entries(DO).map(([name, { said, ask }]) => {
    const [action, text] = ask;
    const todo = () =>
      act("POST", `/ops/v1/tree/${name}`, {
        body: { path },
        said,
        ask: { title: `${action} ${node.name}?`, text, action: `${action} ${node.name}` },
      });
    return button(action, todo, { bad: name === "kill", key: `do-${name}` });
  });
}

function figures(path, node) {
  const { budget, stats, restarts_in_window: lately } = node;
  const kinds = { supervisor: "supervisor", task: "task", domain: "domain: one cell per entity" };
  const list = facts([
    ["State", status(node)],
    ["Kind", kinds[node.kind] ?? node.kind],
    ["Comes back in", node.next_restart_in_ms === null ? null : span(node.next_restart_in_ms)],
    ["Restarts", count(node.restarts) + (lately > 0 ? `, ${lately} within its supervisor's period` : "")],
    ["Entities restarted", node.kind === "domain" ? count(node.cell_restarts) : null],
    ["Last restart", node.last_restart_at ? moment(node.last_restart_at) : null],
    ["Bears", budget ? `${budget.restarts_max} restarts in ${span(budget.period_ms)}; ${budget.spent} spent` : null],
    ...(node.kind === "domain" ? domain(stats) : pool(stats)),
  ]);
  const error = node.last_error
    ? h("div", { class: "last-error" }, h("b", {}, "Last error "), h("code", {}, node.last_error))
    : null;
  const cells =
    node.kind === "domain"
      ? h("p", {}, h("a", { href: `/console/entities?kind=${node.name}`, "data-key": "cells" }, "Its live entities"))
      : null;
  return [error, list, cells].filter(Boolean);
}

function domain(stats) {
  if (!stats) return [];
  const { commands } = stats;
  const deepest = stats.deepest.entity;
  return [
    ["In memory", `${count(stats.resident)}, ${count(stats.active)} with an actor`],
    ["Waiting", stats.waiting > 0 ? `${count(stats.waiting)}, the oldest for ${span(stats.oldest_ms)}` : "nothing"],
    [
      "Fullest queue",
      deepest
        ? h(
            "span",
            {},
            `${stats.deepest.depth} at `,
            h("a", { href: `/console/entities/${deepest}`, "data-key": "deepest" }, deepest),
          )
        : null,
    ],
    [
      "Latency",
      commands.latency_us.p99 > 0
        ? `p50 ${span(commands.latency_us.p50 / 1000)}, p99 ${span(commands.latency_us.p99 / 1000)}`
        : "not asked lately",
    ],
    ["Per second", commands.per_second.toFixed(1)],
    [
      "Commands",
      `${count(commands.accepted)} accepted, ${count(commands.rejected)} refused, ${count(commands.failed)} failed`,
    ],
    ["Crashes", `${count(commands.crashes)}${commands.frozen > 0 ? `, ${count(commands.frozen)} frozen` : ""}`],
  ];
}

/** The figures of a pool of threads, with the names that they have. */
function pool(stats) {
  if (!stats) return [];
  return Object.entries(stats)
    .filter(([, value]) => typeof value === "number")
    .map(([name, value]) =>
      name.endsWith("_us") ? [words(name.slice(0, -3)), span(value / 1000)] : [words(name), count(value)],
    );
}
