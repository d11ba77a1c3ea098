// One node of the tree: how it is, what happened to it, and what an operator can do about it.
import { h } from "../../kit/dom.js";
import { logBox } from "../overview/log.js";
import { act, button, keepingFocus } from "../parts.js";
import { figures } from "./figures.js";

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
  const shown = { path: null, status: null };
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
      shown.status = null;
      events.fill();
    }
    if (shown.status !== node.status) {
      shown.status = node.status;
      const held = acts.contains(document.activeElement);
      keepingFocus(acts, () => acts.replaceChildren(...buttons(path, node)));
      if (held && !acts.contains(document.activeElement)) title.focus();
    }
    title.textContent = path || node.name;
    keepingFocus(body, () => body.replaceChildren(...figures(node)));
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
  // What stands still can only be started again.
  const possible = Object.entries(DO).filter(([name]) => node.status !== "stopped" || name === "restart");
  return possible.map(([name, { said, ask }]) => {
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
