// What was typed about a promotion, as the API takes it.
import { Wrong } from "../../kit/form.js";
import { minor } from "../../kit/show.js";

/** The promotion that a form describes. */
export function promotionTyped(values, { book }) {
  const least = sums(values, "least", book);
  return {
    title: values.title,
    kind: kind(values, book),
    selector: values.about === "all" ? "all" : { [values.about]: lines(values.list) },
    condition: { min_quantity: values.min_quantity ? Number(values.min_quantity) : null, min_subtotal: least },
    trigger: values.trigger,
    stacking: values.stacking === "one_of" ? { one_of: values.group } : values.stacking,
    window: { from: utc(values.from), until: utc(values.until) },
    priority: Number(values.priority || 0),
    enabled: values.enabled === "on",
  };
}

function kind(values, book) {
  const name = values.kind;
  switch (name) {
    case "percentage":
    case "order_percentage":
      return { [name]: { rate: rate(values, "percent") } };
    case "fixed_per_piece":
    case "fixed_per_order": {
      const amounts = sums(values, "sum", book);
      if (amounts.length === 0)
        throw new Wrong({ [`sum-${book.currencies[0]}`]: "Say a sum in at least one currency." });
      return { [name]: { amounts } };
    }
    case "buy_x_get_y":
      return { [name]: { buy: Number(values.buy), get: Number(values.get), off: rate(values, "off") } };
    default:
      return {
        free_shipping: {
          methods: book.shipping_methods.map(({ id }) => id).filter((id) => values[`method-${id}`] === "on"),
        },
      };
  }
}

/** Percent as millionths. */
function rate(values, name) {
  const millionths = Math.round(Number(values[name]) * 10000);
  if (!(millionths >= 1 && millionths <= 1_000_000)) throw new Wrong({ [name]: "Say a number up to 100." });
  return millionths;
}

function sums(values, prefix, book) {
  return book.currencies
    .filter((currency) => values[`${prefix}-${currency}`])
    .map((currency) => {
      const amount = minor(values[`${prefix}-${currency}`], currency);
      if (!amount)
        throw new Wrong({ [`${prefix}-${currency}`]: "Write it like 19.99, or 1999 where there are no cents." });
      return amount;
    });
}

/** Lines of a text, without those that say nothing. */
export function lines(text) {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
}

function utc(local) {
  return local ? new Date(local).toISOString() : null;
}

/** A moment as a field for date and time takes it. */
export function localMoment(text) {
  if (!text) return "";
  const at = new Date(text);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
