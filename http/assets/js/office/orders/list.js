// Orders: found by what the API can filter; a filter is an address, and can be given a name.
import { get } from "../../kit/api.js";
import { h } from "../../kit/dom.js";
import { input, select } from "../../kit/form.js";
import { address, filters, pager, picked } from "../../kit/list.js";
import { badge, moment, money, table, words } from "../../kit/show.js";
import { head, tone } from "../frame.js";
import { savedFilters } from "./saved.js";

const PATH = "/office/orders";
const STATUS = ["placed", "completed", "canceled"];
const PAYMENT = [
  "pending",
  "requires_action",
  "authorized",
  "partially_paid",
  "paid",
  "partially_refunded",
  "refunded",
  "voided",
  "failed",
  "none",
];
const FULFILLMENT = [
  "unfulfilled",
  "packed",
  "partially_shipped",
  "shipped",
  "partially_delivered",
  "delivered",
  "returned",
];
const RETURNS = ["requested", "approved"];
const NAMES = [
  "number",
  "email",
  "status",
  "payment_status",
  "fulfillment_status",
  "return_status",
  "placed_from",
  "placed_to",
];
/** What the API takes for a number, and what to say of anything else. */
const NUMBER = { pattern: "\\s*([Aa][Zz]-)?[0-9A-TV-Za-tv-z]{10}\\s*", title: "AZ- and ten letters or digits" };

/** The list of orders. */
export async function show({ query, main }) {
  const asked = picked(query, [...NAMES, "cursor"]);
  const found = await get(address("/admin/v1/orders", { ...asked, number: asked.number.trim(), limit: 25 }));
  const { items, next_cursor: next } = found;
  const any = (options) => [["", "Any"], ...options.map((option) => [option, words(option)])];
  main.append(
    ...head("Orders"),
    await savedFilters(PATH, Object.fromEntries(NAMES.map((name) => [name, asked[name]]))),
    filters(PATH, [
      ["Number", input("number", asked.number, { type: "search", size: "12", ...NUMBER })],
      ["E-mail of an account", input("email", asked.email, { type: "email" })],
      ["Status", select("status", any(STATUS), asked.status)],
      ["Payment", select("payment_status", any(PAYMENT), asked.payment_status)],
      ["Parcels", select("fulfillment_status", any(FULFILLMENT), asked.fulfillment_status)],
      ["Returns", select("return_status", any(RETURNS), asked.return_status)],
      ["Placed from", input("placed_from", asked.placed_from, { type: "date" })],
      ["Placed until", input("placed_to", asked.placed_to, { type: "date" })],
    ]),
    table("Orders", columns(), items, {
      empty: next ? "None on this page, but there are more." : "No order is like that.",
    }),
    pager(PATH, asked, next) ?? "",
  );
  return "Orders";
}

function columns() {
  return [
    { title: "Order", cell: named },
    { title: "Placed", cell: ({ placed_at: at }) => moment(at) },
    { title: "Payment", cell: ({ payment_status: state }) => badge(state, tone(state)) },
    {
      title: "Parcels",
      cell: ({ fulfillment_status: state, return_status: back, status }) => [
        badge(status === "canceled" ? status : state, tone(status === "canceled" ? status : state)),
        back ? badge(`return ${back}`, "calm") : null,
      ],
    },
    { title: "Total", align: "right", cell: ({ total }) => money(total) },
  ];
}

function named({ id, number, first_title: title, line_count: lines }) {
  return [
    h("a", { href: `${PATH}/${id}`, class: "strong nowrap" }, number),
    h("div", { class: "quiet order-what" }, lines > 1 ? `${title} and ${lines - 1} more` : title),
  ];
}
