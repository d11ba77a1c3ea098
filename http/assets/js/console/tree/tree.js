// The supervision tree, live: every node, what is chosen in detail, and what supervisors decide.
import { get } from "../../kit/api.js";
import { h } from "../../kit/dom.js";
import { watch } from "../feed/stream.js";
import { logBox } from "../overview/log.js";
import { head, keep, span } from "../parts.js";
import { faultsPanel } from "../faults.js";
import { detail } from "./detail.js";
import { treeView } from "./nodes.js";

const EVERY_MS = 2000;
/** Decisions often come in groups; the tree is asked once for each group. */
const SOON_MS = 150;

export async function tree({ main, query, signal }) {
  const about = h("p", { class: "quiet" });
  const chosen = { path: query.get("node") ?? "shop" };
  const pane = detail({ signal });
  const nodes = treeView({
    chosen,
    choose: (path, { moved = false } = {}) => {
      chosen.path = path;
      history.replaceState(history.state, "", `/console/tree?node=${encodeURIComponent(path)}`);
      pane.show(path, nodes.at(path));
      if (moved) pane.focus();
    },
  });
  const events = logBox("What supervisors decide", { wanted: ({ kind }) => kind !== "audit", signal });
  const side = h("div", { class: "node-side" }, pane.box);
  main.append(
    head("Supervision", about),
    h("div", { class: "panes panes-tree" }, h("div", { class: "part node-part" }, nodes.box), side),
    events.box,
  );
  const draw = ({ node, uptime_s, tree: root }) => {
    about.textContent = `${node}, up for ${span(uptime_s * 1000)}`;
    nodes.draw(root);
    pane.show(chosen.path, nodes.at(chosen.path));
  };
  const again = await keep(EVERY_MS, () => get("/ops/v1/tree"), draw, { main, signal });
  let soon = null;
  watch((entry) => {
    if (entry?.kind !== "tree" || entry.past) return;
    nodes.happened(entry);
    soon ??= setTimeout(() => {
      soon = null;
      again();
    }, SOON_MS);
  }, signal);
  const broken = await faultsPanel({ root: () => nodes.root(), signal });
  if (broken) side.append(broken);
  return "Supervision";
}
