// Remarks about an order, for the shop's people only.
import { h } from "../../kit/dom.js";
import { area, field, form } from "../../kit/form.js";
import { moment } from "../../kit/show.js";
import { part } from "../frame.js";
import { wish } from "./acts.js";

/** The part with remarks and a field for another one. */
export function notes(desk) {
  const items = desk.order.notes.map(({ at, author, text }) =>
    h(
      "li",
      {},
      h("p", {}, text ?? "What it said is gone: the person was erased."),
      h("p", { class: "quiet" }, moment(at), author ? [" by ", writer(author)] : null),
    ),
  );
  return part(
    "Notes",
    {},
    items.length > 0
      ? h("ul", { class: "notes" }, items)
      : h("p", { class: "quiet" }, "Only the shop's people see these."),
    form(
      { submit: "Add the note" },
      ({ text }) => wish(desk, "notes", { text }, "Noted."),
      field("A note", area("text", "", { required: true, maxlength: "4000", rows: "2" })),
    ),
  );
}

function writer(author) {
  return author.startsWith("usr_") ? h("a", { href: `/office/people/${author}` }, "a colleague") : author;
}
