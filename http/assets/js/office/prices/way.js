// A way to send as a form: its zones, each with prices by weight or by value.
import { dialog, h } from "../../kit/dom.js";
import { area, field, form, input, select, Wrong } from "../../kit/form.js";
import { decimal, minor } from "../../kit/show.js";
import { away } from "../orders/acts.js";
import { areaTyped, place } from "./places.js";

const EMPTY = { areas: [], by: "price", brackets: [] };

/** Changes a way to send, or adds one. */
export function editWay({ book, put }, way) {
  const classes = [...new Set(book.regions.flatMap(({ rates }) => Object.keys(rates)))].sort();
  const zones = h("div", { class: "stack" }, (way?.zones ?? [EMPTY]).map(zoneFields));
  const more = () => zones.append(zoneFields(EMPTY, zones.children.length));
  const act = async (values, close) => {
    const known = [...zones.children].map((_, at) => zoneTyped(values, at)).filter(Boolean);
    await put(`shipping-methods/${way?.id ?? values.id}`, {
      title: values.title,
      tax_class: values.tax_class,
      zones: known,
    });
    close("yes");
  };
  return dialog(way ? `Change ${way.title}` : "New way to send", (close) =>
    form(
      { submit: "Save", also: away(close) },
      (values) => act(values, close),
      way ? null : field("Short name", input("id", "", { required: true, pattern: "[a-z0-9]+(-[a-z0-9]+)*" })),
      field("Title", input("title", way?.title, { required: true, maxlength: "200" })),
      field(
        "Taxed as",
        select(
          "tax_class",
          classes.map((name) => [name, name]),
          way?.tax_class ?? "standard",
        ),
      ),
      zones,
      h("button", { type: "button", class: "link", onclick: more }, "Add a zone"),
    ),
  );
}

function zoneFields({ areas, by, brackets, weight_max_g: most }, at) {
  const from = ({ from: start, price }) =>
    by === "weight" ? start : decimal({ amount: start, currency: price.currency });
  const lines = brackets.map((bracket) => `${from(bracket)}: ${decimal(bracket.price)} ${bracket.price.currency}`);
  return h(
    "fieldset",
    { class: "zone-fields stack" },
    h("legend", { class: "strong" }, `Zone ${at + 1}`),
    field("Where", area(`areas-${at}`, areas.map(place).join("\n"), { rows: "2" }), {
      hint: "One a line: DE, US-NY, or everywhere. A zone that is nowhere is left out.",
    }),
    h(
      "div",
      { class: "field-row" },
      field(
        "Priced by",
        select(
          `by-${at}`,
          [
            ["price", "Value of the goods"],
            ["weight", "Weight"],
          ],
          by,
        ),
      ),
      field("Up to grams", input(`most-${at}`, most ?? "", { type: "number", min: "1" }), { optional: true }),
    ),
    field("Prices", area(`brackets-${at}`, lines.join("\n"), { rows: "4" }), {
      hint: "One a line, from what on: “0: 4.90 EUR”, then “50.00: 0.00 EUR”; grams where it goes by weight.",
    }),
  );
}

function zoneTyped(values, at) {
  const lines = (name) =>
    values[`${name}-${at}`]
      .split("\n")
      .map((line) => line.trim())
      .filter(Boolean);
  const places = lines("areas");
  if (places.length === 0) return null;
  const by = values[`by-${at}`];
  const most = values[`most-${at}`];
  const brackets = lines("brackets").map((line) => bracketTyped(line, by, `brackets-${at}`));
  return {
    areas: places.map((line) => areaTyped(line, `areas-${at}`)),
    by,
    brackets,
    weight_max_g: most ? Number(most) : null,
  };
}

function bracketTyped(line, by, name) {
  const [, start, cost, currency] = /^([\d.,]+)\s*:\s*([\d.,]+)\s+([A-Za-z]{3})$/.exec(line) ?? [];
  const price = currency ? minor(cost, currency.toUpperCase()) : null;
  const from = price && (by === "weight" ? Number(start) : minor(start, price.currency)?.amount);
  if (!price || !Number.isInteger(from)) throw new Wrong({ [name]: `“${line}” is not like “0: 4.90 EUR”.` });
  return { from, price };
}
