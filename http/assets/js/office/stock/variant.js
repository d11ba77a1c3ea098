// The stock of a variant: how many there are, what moved, and how to put it right.
import { get, send } from "../../kit/api.js";
import { h } from "../../kit/dom.js";
import { field, form, input, select } from "../../kit/form.js";
import { count, moment, table, words } from "../../kit/show.js";
import { done, head, isAdmin, part, ref } from "../frame.js";

const PAGE = 100;
const PAGES = 20;
const REASONS = ["counted", "damaged", "lost", "found", "other"];

/** The page of a variant's stock. */
export async function show({ params, main, signal }) {
  const path = `/admin/v1/stock/${encodeURIComponent(params.id)}`;
  const [admin, stock] = await Promise.all([isAdmin(), whole(path, signal)]);
  const { levels, sku, movements } = stock;
  main.append(
    ...head(sku, { back: ["/office/stock", "Stock"] }),
    h(
      "dl",
      { class: "tiles tiles-fit", id: "levels" },
      level("On the shelf", levels.on_hand),
      level("In bags being paid", levels.held),
      level("Promised to orders", levels.allocated),
      level("Available", levels.available, levels.available === 0),
      level("May be promised beyond", levels.backorder_max),
    ),
    h(
      "div",
      { class: "panes" },
      ledger(movements, stock.cut),
      h("div", {}, receive(path), adjust(path, levels), admin ? backorders(path, levels) : null),
    ),
  );
  return sku;
}

/** The ledger is told oldest first, so all of it is read, as far as that is sensible. */
async function whole(path, signal) {
  const stock = await get(`${path}?limit=${PAGE}`, { signal });
  let after = stock.next_after;
  for (let page = 1; after && page < PAGES; page += 1) {
    const more = await get(`${path}?limit=${PAGE}&after=${after}`, { signal });
    stock.movements.push(...more.movements);
    after = more.next_after;
  }
  return { ...stock, cut: Boolean(after) };
}

function level(name, pieces, bad = false) {
  return h(
    "div",
    { class: bad ? "tile tile-bad" : "tile" },
    h("dt", { class: "tile-name" }, name),
    h("dd", { class: "tile-value" }, count(pieces)),
  );
}

function receive(path) {
  const act = async ({ quantity }, whole, key) => {
    await send("POST", `${path}/receive`, { quantity: Number(quantity) }, { key });
    done("They are on the shelf.");
  };
  return part(
    "Goods have come",
    {},
    form(
      { submit: "Receive" },
      act,
      field("Pieces", input("quantity", "", { type: "number", min: "1", required: true })),
    ),
  );
}

function adjust(path, { on_hand: seen }) {
  const act = async ({ counted, reason }) => {
    await send("POST", `${path}/adjust`, { delta: Number(counted) - seen, expected_on_hand: seen, reason });
    done("Corrected.");
  };
  return part(
    "The number is wrong",
    {},
    form(
      { submit: "Correct" },
      act,
      field("Really on the shelf", input("counted", seen, { type: "number", min: "0", required: true }), {
        hint: "Refused when the number changed since you opened this page.",
      }),
      field(
        "Why",
        select(
          "reason",
          REASONS.map((reason) => [reason, words(reason)]),
          "counted",
        ),
      ),
    ),
  );
}

function backorders(path, { backorder_max: most }) {
  const act = async ({ up_to: upTo }) => {
    await send("POST", `${path}/backorders`, { up_to: Number(upTo) });
    done("Saved.");
  };
  return part(
    "Selling what is not there yet",
    {},
    form(
      { submit: "Save" },
      act,
      field("Pieces beyond the shelf", input("up_to", most, { type: "number", min: "0", required: true }), {
        hint: "0: only what is on the shelf is sold.",
      }),
    ),
  );
}

function ledger(movements, cut) {
  const columns = [
    { title: "When", cell: ({ at }) => moment(at) },
    {
      title: "What",
      cell: ({ type, reason }) => (reason ? `${words(type)}: ${words(reason).toLowerCase()}` : words(type)),
    },
    { title: "Pieces", align: "right", cell: ({ quantity }) => count(quantity) },
    { title: "Shelf", align: "right", cell: ({ after }) => count(after.on_hand) },
    { title: "Available", align: "right", cell: ({ after }) => count(after.available) },
    {
      title: "For",
      cell: ({ cause }) =>
        cause.startsWith("ord_") ? h("a", { href: `/office/orders/${cause}` }, ref(cause)) : "–",
    },
  ];
  const note = cut ? h("p", { class: "quiet" }, `Only the first ${PAGE * PAGES} movements are shown.`) : null;
  return part(
    "Ledger, newest first",
    {},
    note,
    table("Ledger", columns, [...movements].reverse(), { empty: "Nothing has moved yet." }),
  );
}
