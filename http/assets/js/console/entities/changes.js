// What differs between two states, old and new beside each other.
import { h } from "../../kit/dom.js";

/** The list of differences; each names its place. */
export function changes(change) {
  if (!change || change.changes.length === 0) return h("p", { class: "quiet" }, "Nothing in the state.");
  const more = change.complete ? null : h("p", { class: "quiet" }, "There are more; only the first 500 are shown.");
  return [h("ul", { class: "changes" }, change.changes.map(line)), more];
}

function line({ pointer, before, after }) {
  const kind = before === undefined ? "new" : after === undefined ? "gone" : "other";
  const said = { new: "Added", gone: "Removed", other: "Changed" }[kind];
  return h(
    "li",
    { class: `change change-${kind}` },
    h(
      "span",
      { class: "change-place" },
      h("span", { class: "change-kind" }, said),
      h("code", {}, pointer || "the whole"),
    ),
    h(
      "span",
      { class: "change-values" },
      before === undefined ? null : h("del", {}, h("span", { class: "visually-hidden" }, "before: "), short(before)),
      before === undefined || after === undefined
        ? null
        : h("span", { class: "change-arrow", "aria-hidden": "true" }, "→"),
      after === undefined ? null : h("ins", {}, h("span", { class: "visually-hidden" }, "now: "), short(after)),
    ),
  );
}

/** A value in one line, or as it is written when that would be too long. */
function short(value) {
  const text = JSON.stringify(value);
  return text.length <= 80
    ? h("code", {}, text)
    : h("code", { class: "long", tabindex: "0" }, JSON.stringify(value, null, 2));
}
