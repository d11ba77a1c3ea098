// The money of an order: what was taken, what went back and why.
import { h } from "../../kit/dom.js";
import { badge, facts, moment, money, table, words } from "../../kit/show.js";
import { part, tone } from "../frame.js";
import { listed } from "./pieces.js";

/** The part about money. */
export function moneyPart({ order, titles }) {
  const some = (amount) => (amount.amount === 0 ? null : money(amount));
  const columns = [
    {
      title: "What",
      cell: ({ type, reason }) => [words(type), reason ? h("div", { class: "quiet" }, words(reason)) : null],
    },
    { title: "Pieces", cell: ({ lines }) => (lines.length > 0 ? listed(lines, titles) : "–") },
    { title: "When", cell: ({ at }) => moment(at) },
    { title: "State", cell: ({ status }) => badge(status, tone(status)) },
    { title: "Sum", align: "right", cell: ({ amount }) => h("span", { class: "adjusted" }, money(amount)) },
  ];
  return part(
    "Money",
    {},
    facts([
      ["Costs now", money(order.price)],
      ["Taken", money(order.captured)],
      ["Given back", some(order.refunded)],
      ["Can go back", some(order.refundable)],
      ["Still owed", some(order.owed)],
      ["Payment", order.payment_id ? h("code", {}, order.payment_id) : null],
    ]),
    further(order),
    order.adjustments.length > 0
      ? [h("h3", {}, "Changes"), table("Changes of what it costs", columns, order.adjustments)]
      : null,
  );
}

function further({ further_payments: payments }) {
  if (payments.length === 0) return null;
  const columns = [
    { title: "Another payment", cell: ({ id, provider }) => [words(provider), h("div", {}, h("code", {}, id))] },
    { title: "When", cell: ({ at }) => moment(at) },
    {
      title: "State",
      cell: ({ status, decline_code: why }) => [
        badge(status, tone(status)),
        why ? h("div", { class: "quiet" }, words(why)) : null,
      ],
    },
    { title: "Sum", align: "right", cell: ({ amount }) => money(amount) },
  ];
  return table("Further payments", columns, payments);
}
