// Ways to send, and what they cost where.
import { h } from "../../kit/dom.js";
import { acting } from "../../kit/form.js";
import { money, table } from "../../kit/show.js";
import { part } from "../frame.js";
import { place } from "./places.js";
import { editWay } from "./way.js";

/** The part with all ways to send. */
export function ways(desk) {
  const { book, admin, drop } = desk;
  const button = (label, name, press) =>
    h(
      "button",
      { type: "button", class: "button button-small button-plain", "aria-label": name, onclick: press },
      label,
    );
  const acts = (way) => [
    button("Change", `Change ${way.title}`, () => editWay(desk, way)),
    acting("Remove …", () => drop(`shipping-methods/${way.id}`, way.title), {
      attributes: { "aria-label": `Remove ${way.title}` },
    }),
  ];
  const columns = [
    { title: "Way", cell: ({ id, title }) => [h("strong", {}, title), " ", h("code", {}, id)] },
    { title: "Taxed as", cell: ({ tax_class: kind }) => kind },
    { title: "Where, and what it costs", cell: ({ zones }) => zones.map(zone) },
    { title: "", cell: (way) => (admin ? h("div", { class: "view-act" }, acts(way)) : null) },
  ];
  const add = admin ? [button("Add a way", null, () => editWay(desk, null))] : [];
  return part("Ways to send", { acts: add }, table("Ways to send", columns, book.shipping_methods));
}

function zone({ areas, brackets, by, weight_max_g: most }) {
  const unit = by === "weight" ? (from) => `${from} g` : (from, { currency }) => money({ amount: from, currency });
  const step = ({ from, price }) => (from === 0 ? money(price) : `${money(price)} from ${unit(from, price)}`);
  const currencies = [...new Set(brackets.map(({ price }) => price.currency))];
  const lines = currencies.map((currency) =>
    brackets
      .filter(({ price }) => price.currency === currency)
      .map(step)
      .join(", "),
  );
  const where = h("strong", {}, areas.map(place).join(", "), most ? ` up to ${most} g` : "");
  return h(
    "div",
    { class: "zone" },
    where,
    lines.map((line) => h("div", {}, line)),
  );
}
