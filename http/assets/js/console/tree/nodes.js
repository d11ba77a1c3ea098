// The tree as a tree: one line per node, brought up to date in place. Arrow keys move, left and right close and open.
import { h } from "../../kit/dom.js";
import { count } from "../../kit/show.js";
import { span, status } from "../parts.js";
import { keys } from "./keys.js";

/** For how long a line shows that something happened to it. */
const SHOWN_MS = 6000;

/** A tree that calls `choose(path, { moved })` when a line is chosen. `happened(decision)` makes a line light up. */
export function treeView({ chosen, choose }) {
  const list = h("ul", { class: "nodes", role: "tree", "aria-label": "Supervision tree" });
  const head = h(
    "div",
    { class: "node-head", "aria-hidden": "true" },
    ["Node", "State", "Restarts", "Waiting", "p99"].map((text) => h("span", {}, text)),
  );
  const lines = new Map();
  const data = { root: null, byPath: new Map() };
  const mark = () => {
    const known = lines.has(chosen.path) ? chosen.path : "";
    for (const [path, { row }] of lines) {
      row.setAttribute("aria-selected", String(path === known));
      row.tabIndex = path === known ? 0 : -1;
    }
  };
  const pick = (path, options) => {
    choose(path, options);
    mark();
  };
  const draw = (root) => {
    data.root = root;
    data.byPath.clear();
    walk(root, "", (node, path) => data.byPath.set(path, node));
    if (!sameShape(lines, data.byPath)) {
      lines.clear();
      list.replaceChildren(item(root, "", 1, lines));
    }
    for (const [path, node] of data.byPath) renew(lines.get(path), node);
    mark();
  };
  list.addEventListener("click", (event) => {
    const at = event.target.closest("[role=treeitem]");
    if (!at) return;
    if (event.target.closest(".node-twist")) return toggle(at);
    pick(at.dataset.path, { moved: matchMedia("(max-width: 56rem)").matches });
    at.focus({ preventScroll: true });
  });
  keys(list, { toggle, pick: (at, moved) => pick(at.dataset.path, { moved }) });
  const happened = ({ path, decision }) => light(lines.get(path), decision);
  return {
    box: h("div", { class: "node-box" }, head, list),
    draw,
    happened,
    at: (path) => data.byPath.get(path),
    root: () => data.root,
  };
}

function walk(node, path, told) {
  told(node, path);
  for (const child of node.children) walk(child, path === "" ? child.name : `${path}/${child.name}`, told);
}

function sameShape(lines, byPath) {
  return lines.size === byPath.size && [...byPath.keys()].every((path) => lines.has(path));
}

function toggle(at, open) {
  if (!at.hasAttribute("aria-expanded")) return;
  at.setAttribute("aria-expanded", String(open ?? at.getAttribute("aria-expanded") !== "true"));
}

function item(node, path, level, lines) {
  const cells = Object.fromEntries(
    ["state", "restarts", "waiting", "p99"].map((name) => [name, h("span", { class: `node-${name}` })]),
  );
  const error = h("span", { class: "node-error" });
  const has = node.children.length > 0;
  const name = h(
    "span",
    { class: "node-name" },
    h("span", { class: has ? "node-twist" : "node-leaf", "aria-hidden": "true" }),
    h("span", {}, node.name),
  );
  const own = { "aria-level": level, "aria-expanded": has ? "true" : null, "aria-owns": has ? `below-${path}` : null };
  cells.restarts.title = "Of itself; of entities within it; lately: within its supervisor's period";
  const row = h(
    "div",
    { class: "node-row", role: "treeitem", "data-path": path, ...own },
    name,
    Object.values(cells),
    error,
  );
  const below = node.children.map((child) =>
    item(child, path === "" ? child.name : `${path}/${child.name}`, level + 1, lines),
  );
  const group = has ? h("ul", { role: "group", id: `below-${path}` }, below) : null;
  lines.set(path, { row, cells, error });
  return h("li", { role: "none" }, row, group);
}

function renew(line, node) {
  const { cells, error } = line;
  const stats = node.stats ?? {};
  const restarts = node.restarts + node.cell_restarts;
  if (line.restarts !== undefined && restarts > line.restarts) light(line, "restarted");
  line.restarts = restarts;
  cells.state.replaceChildren(status(node));
  cells.restarts.textContent = restarts === 0 ? "" : told(node);
  cells.waiting.textContent =
    stats.waiting > 0 ? `${count(stats.waiting)}${stats.oldest_ms > 0 ? `, ${span(stats.oldest_ms)}` : ""}` : "";
  const p99 = stats.commands?.latency_us?.p99;
  cells.p99.textContent = p99 ? span(p99 / 1000) : "";
  error.textContent = node.last_error ?? "";
  line.row.classList.toggle("node-ill", ["backoff", "degraded", "failed"].includes(node.status));
}

function told({ restarts, cell_restarts: cells, restarts_in_window: lately }) {
  const own = restarts > 0 ? `${count(restarts)}×` : "";
  const within = cells > 0 ? `${count(cells)} within` : "";
  return [own, within, lately > 0 ? `(${lately} lately)` : ""].filter(Boolean).join(" ");
}

/** Lights a line up for some seconds: what just happened to it is seen. */
function light(line, decision) {
  if (!line) return;
  const bad = ["planned", "cell_planned", "killed", "degraded", "failed", "gave_up", "halted"].includes(decision);
  if (!bad && decision !== "restarted") return;
  line.row.classList.add(bad ? "node-struck" : "node-back");
  clearTimeout(line.lit);
  line.lit = setTimeout(() => line.row.classList.remove("node-struck", "node-back"), SHOWN_MS);
}
