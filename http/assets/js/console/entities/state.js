// A state as a tree of names and values, with what the event changed marked in its place.
import { h } from "../../kit/dom.js";

/** The view; what the operator opened or closed stays so from step to step. */
export function stateView() {
  const title = h("h2", {}, "State");
  const body = h("div", { class: "state-tree" });
  const opened = new Map();
  body.addEventListener(
    "toggle",
    (event) => event.target.dataset.place && opened.set(event.target.dataset.place, event.target.open),
    true,
  );
  const draw = ({ state, version }, change) => {
    const marks = new Map((change?.changes ?? []).map((one) => [one.pointer, one]));
    title.textContent =
      version === 0 ? "State before the first event" : `State after ${version} event${version === 1 ? "" : "s"}`;
    body.replaceChildren(members(state, "", { marks, opened }));
  };
  return { box: h("section", { class: "part" }, title, body), draw, clear: () => body.replaceChildren() };
}

function members(value, place, context) {
  const names = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  const lines = names.map((name) => member(String(name), value[name], below(place, name), context));
  return h("ul", {}, lines, gone(place, names.map(String), context.marks));
}

function below(place, name) {
  return `${place}/${String(name).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

function member(name, value, place, { marks, opened }) {
  const mark = marks.get(place);
  if (value !== null && typeof value === "object") {
    const size = Array.isArray(value) ? value.length : Object.keys(value).length;
    if (size === 0) return leaf(name, Array.isArray(value) ? "[]" : "{}", mark);
    const touched = mark !== undefined || [...marks.keys()].some((changed) => changed.startsWith(`${place}/`));
    const open = touched || (opened.get(place) ?? place.split("/").length <= 2);
    const tag = mark ? h("span", { class: "change-kind" }, mark.before === undefined ? "Added" : "Changed") : null;
    const summary = h(
      "summary",
      {},
      h("b", {}, name),
      h("span", { class: "quiet" }, Array.isArray(value) ? ` ${size} in a list` : ` ${size}`),
      tag,
    );
    return h(
      "li",
      { class: mark ? "marked" : null },
      h("details", { open, "data-place": place }, summary, members(value, place, { marks, opened })),
    );
  }
  return leaf(name, JSON.stringify(value), mark);
}

function leaf(name, text, mark) {
  if (!mark) return h("li", {}, h("b", {}, name), h("code", {}, text));
  const old = mark.before === undefined ? null : h("del", {}, h("code", {}, JSON.stringify(mark.before)));
  return h("li", { class: "marked" }, h("b", {}, name), old, h("ins", {}, h("code", {}, text)));
}

/** What was there before and is not any more. */
function gone(place, names, marks) {
  const lost = [...marks.values()].filter(
    ({ pointer, after }) => after === undefined && pointer.slice(0, pointer.lastIndexOf("/")) === place,
  );
  return lost
    .map(({ pointer, before }) => [
      pointer
        .slice(pointer.lastIndexOf("/") + 1)
        .replaceAll("~1", "/")
        .replaceAll("~0", "~"),
      before,
    ])
    .filter(([name]) => !names.includes(name))
    .map(([name, before]) =>
      h("li", { class: "marked" }, h("b", {}, name), h("del", {}, h("code", {}, JSON.stringify(before)))),
    );
}
