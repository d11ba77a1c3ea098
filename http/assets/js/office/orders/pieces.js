// Choosing pieces of an order's lines.
import { h } from "../../kit/dom.js";
import { input, Wrong } from "../../kit/form.js";

/** What can still be packed: what is wanted and neither sent nor in a parcel. */
export function open(order) {
  const packed = new Map();
  for (const { state, lines } of order.shipments) {
    if (state !== "packed") continue;
    for (const { line_id: id, quantity } of lines) packed.set(id, (packed.get(id) ?? 0) + quantity);
  }
  return order.lines
    .map((line) => ({ id: line.id, most: line.current - line.fulfilled - (packed.get(line.id) ?? 0) }))
    .filter(({ most }) => most > 0);
}

/** Fields for how many pieces of each line: `lines` are `{ id, most }`. */
export function chooser(lines, titles, { start = "most" } = {}) {
  return h(
    "fieldset",
    { class: "pieces field" },
    h("legend", { class: "visually-hidden" }, "Pieces"),
    lines.map(({ id, most }) =>
      h(
        "label",
        { class: "piece" },
        h("span", {}, titles.get(id)),
        input(`piece-${id}`, start === "most" ? most : 0, {
          type: "number",
          min: "0",
          max: String(most),
          inputmode: "numeric",
        }),
        h("span", { class: "quiet" }, `of ${most}`),
      ),
    ),
  );
}

/** What was chosen, as the API takes it. */
export function chosen(values) {
  const lines = Object.entries(values)
    .filter(([name]) => name.startsWith("piece-"))
    .map(([name, value]) => ({ line_id: name.slice("piece-".length), quantity: Number(value) }))
    .filter(({ quantity }) => quantity > 0);
  if (lines.length === 0) throw new Wrong({ pieces: "Choose at least one piece." });
  return lines;
}

/** The lines of a parcel or a return, in words. */
export function listed(lines, titles) {
  return h(
    "ul",
    { class: "listed" },
    lines.map(({ line_id: id, quantity }) => h("li", {}, `${quantity} × ${titles.get(id) ?? "something else"}`)),
  );
}
