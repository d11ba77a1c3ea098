// A basket to try prices with.
import { get } from "../../kit/api.js";
import { h } from "../../kit/dom.js";
import { field, form, input, select } from "../../kit/form.js";
import { address } from "../../kit/list.js";
import { money } from "../../kit/show.js";
import { lines } from "./typed.js";

/** A form for a basket; `price(body)` gets what was put together. */
export function basket(book, price, { codes = false } = {}) {
  const chosen = [];
  const list = h("ul", { class: "basket" });
  const draw = () => {
    list.replaceChildren(...chosen.map((line, at) => row(line, at, remove)));
    if (chosen.length === 0) list.append(h("li", { class: "quiet" }, "The basket is empty: find something to put in."));
  };
  const remove = (at) => {
    chosen.splice(at, 1);
    draw();
  };
  const put = (line) => {
    if (!chosen.some(({ id }) => id === line.id)) chosen.push({ ...line, quantity: 1 });
    draw();
  };
  draw();
  const act = ({ country, postal_code: code, currency, coupons = "" }) =>
    price({
      lines: chosen.map(({ id, quantity }) => ({ variant_id: id, quantity })),
      currency,
      coupons: lines(coupons),
      destination: country ? { country: country.toUpperCase(), postal_code: code || null } : null,
    });
  return h(
    "div",
    { class: "stack" },
    finder(put),
    form(
      { submit: "Price it" },
      act,
      list,
      h(
        "div",
        { class: "field-row" },
        field(
          "Currency",
          select(
            "currency",
            book.currencies.map((code) => [code, code]),
          ),
        ),
        field("Country", input("country", "", { maxlength: "2", pattern: "[A-Za-z]{2}", placeholder: "DE" }), {
          optional: true,
        }),
        field("Postal code", input("postal_code", "", { maxlength: "20" }), { optional: true }),
      ),
      codes
        ? field("Codes", input("coupons", ""), { optional: true, hint: "One code, as a shopper would type it." })
        : null,
    ),
  );
}

/** Finds variants by the names of their products. */
function finder(put) {
  const found = h("ul", { class: "found" });
  const find = async ({ q }) => {
    const { items } = await get(address("/admin/v1/products", { q, status: "active", limit: 4 }));
    const products = await Promise.all(items.map(({ id }) => get(`/admin/v1/products/${id}`)));
    const variants = products.flatMap(({ title, variants: all }) =>
      all.filter(({ retired }) => !retired).map((variant) => ({ title, ...variant })),
    );
    found.replaceChildren(
      ...variants.map((variant) =>
        h(
          "li",
          {},
          h(
            "button",
            { type: "button", class: "link", onclick: () => put(variant) },
            `Put in ${variant.title}, ${variant.sku}`,
          ),
          " ",
          money(variant.price),
        ),
      ),
    );
    if (variants.length === 0) found.append(h("li", { class: "quiet" }, "Nothing on sale is called that."));
  };
  return h(
    "div",
    {},
    form(
      { submit: "Find", tone: "plain", kind: "inline" },
      find,
      field("Find something", input("q", "", { type: "search", required: true })),
    ),
    found,
  );
}

function row(line, at, remove) {
  const quantity = input(`quantity-${at}`, line.quantity, {
    type: "number",
    min: "1",
    max: "99",
    "aria-label": `How many of ${line.title}`,
    oninput: ({ target }) => {
      line.quantity = Number(target.value) || 1;
    },
  });
  return h(
    "li",
    { class: "piece" },
    h("span", {}, `${line.title}, ${line.sku}`),
    quantity,
    h(
      "button",
      { type: "button", class: "link", "aria-label": `Take out ${line.title}`, onclick: () => remove(at) },
      "Take out",
    ),
  );
}
