// The first page: how today goes, and what waits for somebody.
import { get } from "../kit/api.js";
import { chart } from "../kit/chart.js";
import { h } from "../kit/dom.js";
import { address } from "../kit/list.js";
import { count, money, table } from "../kit/show.js";
import { head, part, whoami } from "./frame.js";
import { dayName, plain } from "./reports/days.js";

const LIMIT = 100;

/** The overview. */
export async function show({ main, signal }) {
  const [me, revenue, waits, outs] = await Promise.all([
    whoami(),
    get("/admin/v1/reports/revenue", { signal }),
    waiting(signal),
    get("/admin/v1/reports/stock-outs?threshold=0&limit=8", { signal }),
  ]);
  const today = revenue.items.at(-1);
  main.append(
    ...head(`Hello, ${me.name}`),
    h(
      "div",
      { class: "tiles tiles-fit" },
      tile("Orders today", count(today.orders), "/office/orders"),
      tile("Sold today", money(today.gross), "/office/reports"),
      tile("Sold in 30 days", money(revenue.total.gross), "/office/reports"),
      tile("Orders in 30 days", count(revenue.total.orders), "/office/reports"),
    ),
    h("h2", {}, "What waits"),
    h(
      "ul",
      { class: "tiles tiles-fit", id: "waits" },
      waits.map((one) => h("li", {}, tile(one.name, one.text, one.href, one))),
    ),
    chart("Sold each day, the last 30 days", {
      labels: revenue.items.map(({ day }) => dayName(day)),
      series: [{ name: "Sold", values: revenue.items.map(({ gross }) => gross.amount) }],
      format: (amount) => plain({ ...revenue.total.gross, amount }),
    }),
    part("Sold out", { acts: [h("a", { href: "/office/stock" }, "All of the stock")] }, stockOuts(outs)),
  );
  return "Overview";
}

/** A number with its name, as a link to what it counts. */
function tile(name, text, href, { urgent = false, note = null } = {}) {
  return h(
    "a",
    { class: urgent ? "tile tile-link tile-urgent" : "tile tile-link", href },
    h("p", { class: "tile-name" }, name),
    h("p", { class: "tile-value" }, text),
    note ? h("p", { class: "tile-note" }, note) : null,
  );
}

async function waiting(signal) {
  const orders = (asked) => ({ asked, path: "/admin/v1/orders", href: "/office/orders" });
  const reviews = (status) => ({ asked: { status }, path: "/admin/v1/reviews", href: "/office/reviews" });
  const lists = [
    ["Orders to pack", orders({ status: "placed", payment_status: "paid", fulfillment_status: "unfulfilled" })],
    ["Parcels to send", orders({ status: "placed", fulfillment_status: "packed" })],
    ["Failed payments", orders({ status: "placed", payment_status: "failed" })],
    ["Returns to approve", orders({ return_status: "requested" })],
    ["Goods coming back", orders({ return_status: "approved" })],
    ["Reviews to read", reviews("submitted")],
    ["Review complaints", reviews("flagged")],
  ];
  const counted = lists.map(async ([name, { path, asked, href }]) => {
    const { items, next_cursor: next } = await get(address(path, { ...asked, limit: LIMIT }), { signal });
    return {
      name,
      text: next ? `${LIMIT}+` : count(items.length),
      href: address(href, asked),
      urgent: items.length > 0,
    };
  });
  return Promise.all(counted);
}

function stockOuts({ items, next_cursor: next }) {
  const columns = [
    { title: "SKU", cell: ({ sku, variant_id: id }) => h("a", { href: `/office/stock/${id}` }, sku) },
    { title: "On the shelf", align: "right", cell: ({ on_hand: pieces }) => count(pieces) },
    { title: "Product", cell: ({ title, product_id: id }) => h("a", { href: `/office/products/${id}` }, title) },
  ];
  return table("Sold out", columns, items, {
    empty: next ? "None among the first, but there may be more." : "There is something of everything.",
  });
}
