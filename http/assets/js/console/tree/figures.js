// The figures of one node: of a domain its queues and latencies, of a pool its threads and jobs.
import { h } from "../../kit/dom.js";
import { count, facts, moment, words } from "../../kit/show.js";
import { linked } from "../entities/linked.js";
import { span, status } from "../parts.js";

/** What is known of a node. */
export function figures(node) {
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
    ? h(
        "div",
        { class: "last-error" },
        h("b", {}, "Last error "),
        h("span", { class: "code" }, linked(node.last_error)),
      )
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
