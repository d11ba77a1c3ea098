// How the shop does, in numbers and drawings, to be saved as tables too.
import { get, saveFile } from "../kit/api.js";
import { chart } from "../kit/chart.js";
import { h } from "../kit/dom.js";
import { acting, input, select } from "../kit/form.js";
import { address, filters, picked } from "../kit/list.js";
import { count, money, table } from "../kit/show.js";
import { head, part } from "./frame.js";
import { dayName, daysAgo, plain } from "./reports/days.js";

const PATH = "/office/reports";
const API = "/admin/v1/reports";

/** The page with all reports. */
export async function show({ query, main, signal }) {
  const asked = picked(query, ["from", "to", "currency"]);
  const book = await get("/admin/v1/pricebook", { signal });
  const days = { from: asked.from || daysAgo(29), to: asked.to || daysAgo(0) };
  const paths = {
    revenue: address(`${API}/revenue`, { ...days, currency: asked.currency }),
    sellers: address(`${API}/best-sellers`, { ...days, currency: asked.currency, limit: 15 }),
    funnel: address(`${API}/funnel`, days),
  };
  const span = `${days.from}-to-${days.to}`;
  main.append(
    ...head("Reports"),
    filters(PATH, [
      ["From", input("from", days.from, { type: "date" })],
      ["Until", input("to", days.to, { type: "date" })],
      [
        "Currency",
        select(
          "currency",
          book.currencies.map((code) => [code, code]),
          asked.currency || book.currencies[0],
        ),
      ],
    ]),
  );
  const [revenue, sellers, funnel] = await Promise.all(Object.values(paths).map((path) => get(path, { signal })));
  main.append(
    sold(revenue, save(paths.revenue, `revenue-${span}.csv`)),
    best(sellers.items, save(paths.sellers, `best-sellers-${span}.csv`)),
    carts(funnel, save(paths.funnel, `funnel-${span}.csv`)),
    part(
      "Stock",
      { acts: [save(`${API}/stock-outs?limit=100`, "stock-outs.csv")] },
      h("p", {}, h("a", { href: "/office/stock" }, "What runs out"), " stands with the stock."),
    ),
  );
  return "Reports";
}

function save(path, name) {
  const attributes = { "aria-label": `Save as CSV: ${name}` };
  return acting("Save as CSV", () => saveFile(path, name, "text/csv"), { attributes });
}

function tiles(pairs) {
  return h(
    "dl",
    { class: "tiles tiles-fit" },
    pairs.map(([name, text]) =>
      h("div", { class: "tile" }, h("dt", { class: "tile-name" }, name), h("dd", { class: "tile-value" }, text)),
    ),
  );
}

function sold({ items, total }, button) {
  const values = (name) => items.map((day) => day[name].amount);
  return part(
    "What was sold",
    { acts: [button] },
    tiles([
      ["Orders", count(total.orders)],
      ["Sold", money(total.gross)],
      ["Refunded", money(total.refunds)],
      ["Tax", money(total.tax)],
      ["Net", money(total.net)],
    ]),
    chart("Sold each day", {
      labels: items.map(({ day }) => dayName(day)),
      series: [
        { name: "Sold", values: values("gross") },
        { name: "Net", values: values("net") },
      ],
      kind: "lines",
      format: (amount) => plain({ ...total.gross, amount }),
    }),
  );
}

function best(items, button) {
  const columns = [
    { title: "Product", cell: ({ product_id: id, title }) => h("a", { href: `/office/products/${id}` }, title) },
    { title: "Pieces", align: "right", cell: ({ pieces }) => count(pieces) },
    { title: "Orders' lines", align: "right", cell: ({ lines }) => count(lines) },
    { title: "Sold for", align: "right", cell: ({ amount }) => money(amount) },
  ];
  const drawing =
    items.length > 1
      ? chart("Pieces of the best sellers", {
          labels: items.slice(0, 8).map(({ title }) => short(title)),
          series: [{ name: "Pieces", values: items.slice(0, 8).map(({ pieces }) => pieces) }],
          format: (value) => (Number.isInteger(value) ? count(value) : ""),
        })
      : null;
  return part(
    "Best sellers",
    { acts: [button] },
    drawing,
    table("Best sellers", columns, items, { empty: "Nothing was sold on these days." }),
  );
}

function short(title) {
  return title.length > 12 ? `${title.slice(0, 11)}…` : title;
}

const STAGES = [
  ["carts_created", "Bags opened"],
  ["carts_with_lines", "Something put in"],
  ["checkouts_started", "Checkouts begun"],
  ["orders_placed", "Orders placed"],
  ["orders_paid", "Orders paid"],
];

function carts({ items, total }, button) {
  return part(
    "From the bag to the order",
    { acts: [button] },
    tiles(STAGES.map(([name, words]) => [words, count(total[name])])),
    chart("Each day", {
      labels: items.map(({ day }) => dayName(day)),
      series: [
        ["carts_with_lines", "Bags with something"],
        ["orders_placed", "Orders"],
        ["orders_paid", "Paid"],
      ].map(([name, words]) => ({ name: words, values: items.map((day) => day[name]) })),
      kind: "lines",
      format: (value) => (Number.isInteger(value) ? count(value) : ""),
    }),
  );
}
