// Returns that wait. The API has no list of them, so the newest orders that arrived are looked through.
import { get } from "../../kit/api.js";

const LOOKED_AT = 20;

/** How many returns wait among the newest delivered orders, as a tile of the overview. */
export async function waitingReturns(signal) {
  const found = await lookThrough(signal);
  const many = found.length;
  const first = found[0];
  const href = many === 1 ? `/office/orders/${first.id}` : "/office/orders?fulfillment_status=delivered";
  return { name: "Returns", note: `of the newest ${LOOKED_AT} delivered`, text: String(many), href, urgent: many > 0 };
}

async function lookThrough(signal) {
  const { items } = await get(`/admin/v1/orders?fulfillment_status=delivered&limit=${LOOKED_AT}`, { signal });
  const orders = await Promise.all(items.map(({ id }) => get(`/admin/v1/orders/${id}`, { signal })));
  return orders.filter(({ returns }) => returns.some(({ state }) => state === "requested" || state === "approved"));
}
