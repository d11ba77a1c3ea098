// What of a product can be bought: each with its price.
import { confirmed, dialog, h } from "../../kit/dom.js";
import { acting, form } from "../../kit/form.js";
import { badge, count, money, table } from "../../kit/show.js";
import { part } from "../frame.js";
import { away } from "../orders/acts.js";
import { variantFields, variantTyped } from "./fields.js";
import { change } from "./product.js";

/** The part with all variants. */
export function variants(shelf) {
  const { product, admin } = shelf;
  const open = admin && product.status !== "archived";
  const add = () =>
    edit(shelf, {
      title: "Add a variant",
      start: {},
      submit: "Add",
      send: (body) => change(shelf, "POST", "/variants", body, "Added. Its stock is empty."),
    });
  const button = h(
    "button",
    { type: "button", class: "button button-small button-plain", onclick: add },
    "Add a variant",
  );
  const columns = [
    { title: "Variant", cell: named },
    {
      title: "Price",
      align: "right",
      cell: ({ price, prices }) => [money(price), prices.map((other) => h("div", { class: "quiet" }, money(other)))],
    },
    { title: "Available", align: "right", cell: ({ id }) => stock(id, shelf.levels.get(id)) },
    {
      title: "",
      cell: (variant) => (variant.retired ? badge("retired", "bad") : open ? actsOf(shelf, variant) : null),
    },
  ];
  return part("Variants", { acts: open ? [button] : [] }, table("Variants", columns, product.variants));
}

function named({ sku, options, tax_class: tax }) {
  const said = Object.entries(options).map(([name, value]) => `${name}: ${value}`);
  return [
    h("strong", { class: "nowrap" }, sku),
    [...said, `${tax} tax`].map((line) => h("div", { class: "quiet" }, line)),
  ];
}

function stock(id, levels) {
  return levels ? h("a", { href: `/office/stock/${id}` }, count(levels.available)) : "–";
}

function actsOf(shelf, variant) {
  const path = `/variants/${variant.id}`;
  const alter = () =>
    edit(shelf, {
      title: `Change ${variant.sku}`,
      start: variant,
      submit: "Save",
      send: (body) => change(shelf, "PATCH", path, body, "Saved."),
    });
  const retire = async () => {
    const text = "It leaves the shop for good. Orders of it stay as they are; bags cannot buy it any more.";
    if (await confirmed(`Retire ${variant.sku}?`, text, "Retire it"))
      await change(shelf, "POST", `${path}/retire`, {}, "Retired.");
  };
  return h(
    "div",
    { class: "view-act" },
    h(
      "button",
      {
        type: "button",
        class: "button button-small button-plain",
        "aria-label": `Change ${variant.sku}`,
        onclick: alter,
      },
      "Change",
    ),
    acting("Retire …", retire, { attributes: { "aria-label": `Retire ${variant.sku}` } }),
  );
}

function edit({ book }, { title, start, submit, send }) {
  return dialog(title, (close) =>
    form(
      { submit, also: away(close) },
      async (values) => {
        await send(variantTyped(values, book));
        close("yes");
      },
      variantFields(start, book),
    ),
  );
}
