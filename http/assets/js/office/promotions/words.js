// Promotions in words.
import { money, percent } from "../../kit/show.js";

const amounts = (list) => list.map(money).join(" / ");
const KINDS = {
  percentage: ({ rate }) => `${percent(rate)} of each piece`,
  order_percentage: ({ rate }) => `${percent(rate)} of the order`,
  fixed_per_piece: (kind) => `${amounts(kind.amounts)} of each piece`,
  fixed_per_order: (kind) => `${amounts(kind.amounts)} of the order`,
  buy_x_get_y: ({ buy, get, off }) => `${percent(off)} of ${get} more for every ${buy}`,
  free_shipping: ({ methods }) => (methods?.length ? `Sending by ${methods.join(", ")}` : "Sending"),
};

/** What a promotion takes off. */
export function kindWords(kind) {
  const [name, settings] = Object.entries(kind)[0];
  return KINDS[name]?.(settings) ?? name;
}

/** What a promotion is about. */
export function selectorWords(selector = "all") {
  if (selector === "all") return "everything";
  const [name, list] = Object.entries(selector)[0];
  return name === "products" || name === "variants" ? `${list.length} ${name}` : `${name}: ${list.join(", ")}`;
}
