// What a basket costs, and why.
import { h } from "../../kit/dom.js";
import { money, table } from "../../kit/show.js";

/** What a basket costs, step by step. The steps name promotions by id; `promotions` are those with a title. */
export function priced(answer, promotions) {
  const { quote, explanation, unavailable, shipping_options: ways, method_unavailable: moved } = answer;
  const titles = promotions.map(({ id, title }) => [id, `“${title}”`]);
  if (answer.tried_promotion_id) titles.push([answer.tried_promotion_id, "This promotion"]);
  const named = (text) => titles.reduce((said, [id, title]) => said.replaceAll(id, title), text);
  const sum = (amount) => money({ amount, currency: quote.currency });
  const columns = [
    { title: "Step", cell: ({ text }) => named(text) },
    { title: "Adds", align: "right", cell: ({ amount }) => sum(amount) },
  ];
  return h(
    "div",
    { class: "priced" },
    h(
      "p",
      { class: "priced-total" },
      "It costs ",
      h("strong", {}, money(quote.totals.total)),
      quote.totals.discount.amount === 0
        ? ", without any discount."
        : [", after ", h("strong", {}, money(quote.totals.discount)), " off."],
    ),
    unavailable.length > 0
      ? h("p", { class: "notice" }, `${unavailable.length} of it is not for sale in this currency.`)
      : null,
    moved ? h("p", { class: "notice" }, "The wished way of sending does not go there.") : null,
    table("How the price came about", columns, explanation),
    ways.length > 0
      ? h(
          "p",
          { class: "quiet" },
          `Ways to send it: ${ways.map(({ title, total, price }) => `${title} ${money(total ?? price)}`).join(", ")}.`,
        )
      : null,
  );
}
