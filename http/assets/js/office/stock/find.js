// Finding the stock of a variant: through its product, or because it runs out.
import { get } from "../../kit/api.js";
import { h } from "../../kit/dom.js";
import { input, select } from "../../kit/form.js";
import { address, filters, pager, picked } from "../../kit/list.js";
import { ago, count, table } from "../../kit/show.js";
import { head, part } from "../frame.js";

const PATH = "/office/stock";
const SHOWN = 8;

/** The page for finding stock. */
export async function show({ query, main }) {
  const asked = picked(query, ["q", "threshold", "cursor"]);
  main.append(
    ...head("Stock"),
    filters(
      PATH,
      [
        ["Product", input("q", asked.q, { type: "search", maxlength: "200" })],
        [
          "Running low: at most",
          select(
            "threshold",
            [
              ["0", "none"],
              ["", "5 pieces"],
              ["20", "20 pieces"],
              ["100", "100 pieces"],
            ],
            asked.threshold,
          ),
        ],
      ],
      { label: "Find" },
    ),
    asked.q ? await found(asked.q) : "",
    await out(asked),
  );
  return "Stock";
}

async function found(q) {
  const { items } = await get(address("/admin/v1/products", { q, limit: SHOWN }));
  const products = await Promise.all(items.map(({ id }) => get(`/admin/v1/products/${id}`)));
  const rows = products.flatMap(({ title, variants }) => variants.map((variant) => ({ title, ...variant })));
  const columns = [
    { title: "SKU", cell: ({ id, sku }) => h("a", { href: `${PATH}/${id}`, class: "strong" }, sku) },
    { title: "Product", cell: ({ title }) => title },
    {
      title: "Options",
      cell: ({ options }) =>
        Object.entries(options)
          .map(([name, value]) => `${name}: ${value}`)
          .join(", "),
    },
    { title: "", cell: ({ retired }) => (retired ? "retired" : "") },
  ];
  return part(
    `Found for “${q}”`,
    {},
    table("Variants that were found", columns, rows, { empty: "No product is called that." }),
  );
}

async function out(asked) {
  const { items, next_cursor: next } = await get(
    address("/admin/v1/reports/stock-outs", { threshold: asked.threshold, cursor: asked.cursor, limit: 25 }),
  );
  const columns = [
    { title: "SKU", cell: ({ sku, variant_id: id }) => h("a", { href: `${PATH}/${id}`, class: "strong" }, sku) },
    { title: "Product", cell: ({ title, product_id: id }) => h("a", { href: `/office/products/${id}` }, title) },
    { title: "Available", align: "right", cell: ({ available }) => count(available) },
    { title: "On the shelf", align: "right", cell: ({ on_hand: pieces }) => count(pieces) },
    { title: "None since", cell: ({ out_since: since }) => (since ? ago(since) : "–") },
  ];
  return part(
    "Running low",
    {},
    table("Variants that run out", columns, items, {
      empty: next ? "None on this page, but there are more." : "There is enough of everything.",
    }),
    pager(PATH, asked, next),
  );
}
