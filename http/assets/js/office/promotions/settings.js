// The fields of a promotion that depend on its kind, and its conditions.
import { h } from "../../kit/dom.js";
import { field, input, tick } from "../../kit/form.js";
import { decimal } from "../../kit/show.js";

/** The fields of each kind; one kind of them is shown. */
export function settingsOf(settings, book) {
  const rate = settings.rate ? settings.rate / 10000 : "";
  const sums = book.currencies.map((currency) => {
    const amount = settings.amounts?.find((one) => one.currency === currency);
    return field(
      `Sum in ${currency}`,
      input(`sum-${currency}`, amount ? decimal(amount) : "", { inputmode: "decimal" }),
      { optional: true },
    );
  });
  const methods = book.shipping_methods.map(({ id, title }) =>
    tick(`method-${id}`, title, settings.methods?.includes(id)),
  );
  return [
    shownFor(
      "kind",
      ["percentage", "order_percentage"],
      field("Percent", input("percent", rate, { type: "number", min: "0.0001", max: "100", step: "any" })),
    ),
    shownFor("kind", ["fixed_per_piece", "fixed_per_order"], h("div", { class: "field-row" }, sums)),
    shownFor(
      "kind",
      ["buy_x_get_y"],
      h(
        "div",
        { class: "field-row" },
        field("For every", input("buy", settings.buy ?? 2, { type: "number", min: "1" })),
        field("more pieces", input("get", settings.get ?? 1, { type: "number", min: "1" })),
        field(
          "are cheaper by percent",
          input("off", settings.off ? settings.off / 10000 : 100, {
            type: "number",
            min: "0.0001",
            max: "100",
            step: "any",
          }),
        ),
      ),
    ),
    shownFor(
      "kind",
      ["free_shipping"],
      h("fieldset", { class: "field" }, h("legend", {}, "By these ways; none ticked means all"), methods),
    ),
  ];
}

/** What a basket must come to. */
export function conditions({ min_quantity: pieces, min_subtotal: sums = [] }, book) {
  const least = book.currencies.map((currency) => {
    const amount = sums.find((one) => one.currency === currency);
    return field(
      `At least in ${currency}`,
      input(`least-${currency}`, amount ? decimal(amount) : "", { inputmode: "decimal" }),
      { optional: true },
    );
  });
  return h(
    "div",
    { class: "field-row" },
    field("At least so many pieces", input("min_quantity", pieces ?? "", { type: "number", min: "1" }), {
      optional: true,
    }),
    least,
  );
}

/** Something that is shown while the choice called `name` is one of these. */
export function shownFor(name, values, content) {
  return h("div", { "data-for": name, "data-values": values.join(" ") }, content);
}
