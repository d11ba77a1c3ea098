// The fields of a promotion. What a kind has no use for is hidden.
import { h } from "../../kit/dom.js";
import { area, field, input, select, tick } from "../../kit/form.js";
import { decimal } from "../../kit/show.js";
import { localMoment } from "./typed.js";

const KINDS = [
  ["percentage", "A part of each piece's price"],
  ["order_percentage", "A part of the whole order"],
  ["fixed_per_piece", "A sum off each piece"],
  ["fixed_per_order", "A sum off the order"],
  ["buy_x_get_y", "Buy some, get some"],
  ["free_shipping", "Free sending"],
];
const SELECTORS = [["all", "Everything"], ["categories", "Categories"], ["brands", "Brands"], ["products", "Products, by id"], ["variants", "Variants, by id"]];
const STACKING = [["combine", "Together with others"], ["exclusive", "Alone, without any other"], ["one_of", "The best of a group"]];

/** All fields of a promotion. */
export function promotionFields(promotion, { book }) {
  const [kind, settings] = Object.entries(promotion.kind ?? { percentage: {} })[0];
  const selector = promotion.selector ?? "all";
  const [about, list] = selector === "all" ? ["all", []] : Object.entries(selector)[0];
  const group = promotion.stacking?.one_of;
  const whole = h(
    "div",
    { class: "stack" },
    field("Title", input("title", promotion.title, { required: true, maxlength: "200" }), { hint: "Shoppers see it." }),
    field("What it takes off", select("kind", KINDS, kind)),
    settingsOf(settings, book),
    field("Of what", select("about", SELECTORS, about)),
    shownFor("about", SELECTORS.slice(1).map(([name]) => name), field("Which", area("list", list.join("\n"), { rows: "3" }), { hint: "One a line: for categories and brands their names as products have them." })),
    conditions(promotion.condition ?? {}, book),
    h("div", { class: "field-row" }, field("Begins to count", select("trigger", [["automatic", "By itself"], ["coupon", "With a code"]], promotion.trigger ?? "automatic")), field("Beside others", select("stacking", STACKING, group ? "one_of" : (promotion.stacking ?? "combine")))),
    shownFor("stacking", ["one_of"], field("Group", input("group", group, { maxlength: "50" }))),
    h("div", { class: "field-row" }, field("Open from", input("from", localMoment(promotion.window?.from), { type: "datetime-local" }), { optional: true }), field("Until", input("until", localMoment(promotion.window?.until), { type: "datetime-local" }), { optional: true })),
    field("Priority", input("priority", promotion.priority ?? 0, { type: "number" }), { hint: "Higher ones count first." }),
    tick("enabled", "It counts", promotion.enabled ?? true),
  );
  whole.addEventListener("change", () => reveal(whole));
  reveal(whole);
  return whole;
}

function settingsOf(settings, book) {
  const rate = settings.rate ? settings.rate / 10000 : "";
  const sums = book.currencies.map((currency) => {
    const amount = settings.amounts?.find((one) => one.currency === currency);
    return field(`Sum in ${currency}`, input(`sum-${currency}`, amount ? decimal(amount) : "", { inputmode: "decimal" }), { optional: true });
  });
  const methods = book.shipping_methods.map(({ id, title }) => tick(`method-${id}`, title, settings.methods?.includes(id)));
  return [
    shownFor("kind", ["percentage", "order_percentage"], field("Percent", input("percent", rate, { type: "number", min: "0.0001", max: "100", step: "any" }))),
    shownFor("kind", ["fixed_per_piece", "fixed_per_order"], h("div", { class: "field-row" }, sums)),
    shownFor("kind", ["buy_x_get_y"], h("div", { class: "field-row" }, field("For every", input("buy", settings.buy ?? 2, { type: "number", min: "1" })), field("more pieces", input("get", settings.get ?? 1, { type: "number", min: "1" })), field("are cheaper by percent", input("off", settings.off ? settings.off / 10000 : 100, { type: "number", min: "0.0001", max: "100", step: "any" })))),
    shownFor("kind", ["free_shipping"], h("fieldset", { class: "field" }, h("legend", {}, "By these ways; none ticked means all"), methods)),
  ];
}

function conditions({ min_quantity: pieces, min_subtotal: sums = [] }, book) {
  const least = book.currencies.map((currency) => {
    const amount = sums.find((one) => one.currency === currency);
    return field(`At least in ${currency}`, input(`least-${currency}`, amount ? decimal(amount) : "", { inputmode: "decimal" }), { optional: true });
  });
  return h("div", { class: "field-row" }, field("At least so many pieces", input("min_quantity", pieces ?? "", { type: "number", min: "1" }), { optional: true }), least);
}

function shownFor(name, values, content) {
  return h("div", { "data-for": name, "data-values": values.join(" ") }, content);
}

function reveal(whole) {
  for (const box of whole.querySelectorAll("[data-for]")) {
    const chosen = whole.querySelector(`[name="${box.dataset.for}"]`).value;
    box.hidden = !box.dataset.values.split(" ").includes(chosen);
  }
}
