// Fields that products and variants have in common.
import { h } from "../../kit/dom.js";
import { area, field, input, select, Wrong } from "../../kit/form.js";
import { decimal, minor } from "../../kit/show.js";

/** What a product says about itself. */
export function aboutFields(product, categories) {
  return [
    field("Title", input("title", product.title, { required: true, maxlength: "200" })),
    field(
      "Address in the shop",
      input("slug", product.slug, { required: true, maxlength: "100", pattern: "[a-z0-9]+(-[a-z0-9]+)*" }),
      {
        hint: "Small letters, digits and hyphens. Earlier addresses keep leading here.",
      },
    ),
    h(
      "div",
      { class: "field-row" },
      field("Brand", input("brand", product.brand, { required: true, maxlength: "200" })),
      field("Category", input("category", product.category, { required: true, list: "categories", maxlength: "100" })),
      h(
        "datalist",
        { id: "categories" },
        categories.map(({ slug, title }) => h("option", { value: slug }, title)),
      ),
    ),
    field("Description", area("description", product.description, { rows: "7", maxlength: "10000" }), {
      optional: true,
    }),
  ];
}

/** What a variant says about itself. `book` knows the currencies and the classes of tax. */
export function variantFields(variant, book) {
  const [own, ...others] = book.currencies;
  const classes = [...new Set(book.regions.flatMap(({ rates }) => Object.keys(rates)))].sort();
  const price = (currency) => variant.prices?.find((one) => one.currency === currency);
  return [
    h(
      "div",
      { class: "field-row" },
      field("SKU", input("sku", variant.sku, { required: true, maxlength: "200" })),
      field("Weight in grams", input("weight_g", variant.weight_g ?? 0, { type: "number", min: "0", max: "10000000" })),
    ),
    h(
      "div",
      { class: "field-row" },
      field(
        `Price in ${own}`,
        input("price", variant.price ? decimal(variant.price) : "", { required: true, inputmode: "decimal" }),
      ),
      others.map((currency) =>
        field(
          `Price in ${currency}`,
          input(`price-${currency}`, price(currency) ? decimal(price(currency)) : "", { inputmode: "decimal" }),
          { optional: true },
        ),
      ),
    ),
    field(
      "Options",
      area(
        "options",
        Object.entries(variant.options ?? {})
          .map((pair) => pair.join(": "))
          .join("\n"),
        { rows: "2" },
      ),
      {
        hint: "One a line, such as “size: 1 l”.",
        optional: true,
      },
    ),
    field(
      "Taxed as",
      select(
        "tax_class",
        (classes.length > 0 ? classes : ["standard"]).map((name) => [name, name]),
        variant.tax_class ?? "standard",
      ),
    ),
  ];
}

/** What was typed about a variant, as the API takes it. */
export function variantTyped(values, book) {
  const [own, ...others] = book.currencies;
  const amount = (name, currency) => {
    const read = minor(values[name], currency);
    if (!read) throw new Wrong({ [name]: `Write it like ${decimal({ amount: 1999, currency })}.` });
    return read;
  };
  return {
    sku: values.sku,
    weight_g: Number(values.weight_g || 0),
    price: amount("price", own),
    prices: others
      .filter((currency) => values[`price-${currency}`])
      .map((currency) => amount(`price-${currency}`, currency)),
    options: options(values.options),
    tax_class: values.tax_class,
  };
}

function options(text) {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf(":");
      if (at < 1) throw new Wrong({ options: `“${line}” needs a colon, as in “size: 1 l”.` });
      return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    }),
  );
}
