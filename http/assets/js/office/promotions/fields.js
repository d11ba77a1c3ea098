// The fields of a promotion. What a kind has no use for is hidden.
import { h } from "../../kit/dom.js";
import { area, field, input, select, tick } from "../../kit/form.js";
import { conditions, settingsOf, shownFor } from "./settings.js";
import { localMoment } from "./typed.js";

const KINDS = [
  ["percentage", "A part of each piece's price"],
  ["order_percentage", "A part of the whole order"],
  ["fixed_per_piece", "A sum off each piece"],
  ["fixed_per_order", "A sum off the order"],
  ["buy_x_get_y", "Buy some, get some"],
  ["free_shipping", "Free sending"],
];
const SELECTORS = [
  ["all", "Everything"],
  ["categories", "Categories"],
  ["brands", "Brands"],
  ["products", "Products, by id"],
  ["variants", "Variants, by id"],
];
const STACKING = [
  ["combine", "Together with others"],
  ["exclusive", "Alone, without any other"],
  ["one_of", "The best of a group"],
];

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
    shownFor(
      "about",
      SELECTORS.slice(1).map(([name]) => name),
      field("Which", area("list", list.join("\n"), { rows: "3" }), {
        hint: "One a line: for categories and brands their names as products have them.",
      }),
    ),
    conditions(promotion.condition ?? {}, book),
    h(
      "div",
      { class: "field-row" },
      field(
        "Begins to count",
        select(
          "trigger",
          [
            ["automatic", "By itself"],
            ["coupon", "With a code"],
          ],
          promotion.trigger ?? "automatic",
        ),
      ),
      field("Beside others", select("stacking", STACKING, group ? "one_of" : (promotion.stacking ?? "combine"))),
    ),
    shownFor("stacking", ["one_of"], field("Group", input("group", group, { maxlength: "50" }))),
    h(
      "div",
      { class: "field-row" },
      field("Open from", input("from", localMoment(promotion.window?.from), { type: "datetime-local" }), {
        optional: true,
      }),
      field("Until", input("until", localMoment(promotion.window?.until), { type: "datetime-local" }), {
        optional: true,
      }),
    ),
    field("Priority", input("priority", promotion.priority ?? 0, { type: "number" }), {
      hint: "Higher ones count first.",
    }),
    tick("enabled", "Active", promotion.enabled ?? true),
  );
  whole.addEventListener("change", () => reveal(whole));
  reveal(whole);
  return whole;
}

function reveal(whole) {
  for (const box of whole.querySelectorAll("[data-for]")) {
    const chosen = whole.querySelector(`[name="${box.dataset.for}"]`).value;
    box.hidden = !box.dataset.values.split(" ").includes(chosen);
  }
}
