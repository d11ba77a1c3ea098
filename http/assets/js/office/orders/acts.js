// What can be done about an order as a whole: pack, send, give money back, cancel.
import { send } from "../../kit/api.js";
import { dialog, h } from "../../kit/dom.js";
import { field, form, input, select, Wrong } from "../../kit/form.js";
import { decimal, minor, money } from "../../kit/show.js";
import { done } from "../frame.js";
import { chooser, chosen, open } from "./pieces.js";

const REASONS = [
  ["defect", "Something was wrong with it"],
  ["goodwill", "Goodwill"],
  ["excess", "Too much was paid"],
  ["other", "Another reason"],
];

/** The buttons in the head of an order. */
export function acts(desk) {
  const { order } = desk;
  const free = open(order);
  const wanted = order.status === "placed" && free.length > 0;
  const button = (label, press, kind = "button-plain") =>
    h("button", { type: "button", class: `button button-small ${kind}`, onclick: press }, label);
  return [
    wanted ? button("Pack", () => pack(desk, free), "") : null,
    wanted ? button("Pack and send", () => ship(desk, { lines: free })) : null,
    order.refundable.amount > 0 ? button("Refund", () => refund(desk)) : null,
    wanted ? button("Cancel …", () => cancel(desk, free)) : null,
  ];
}

/** Sends a wish about an order, from a dialog that closes when it worked. */
export async function wish({ order, etag }, path, body, said, close = () => {}) {
  await send("POST", `/admin/v1/orders/${order.id}/${path}`, body, { ifMatch: etag });
  close("yes");
  done(said);
}

function pack(desk, free) {
  return dialog("Pack a parcel", (close) =>
    form(
      { submit: "Pack", also: away(close) },
      (values) => wish(desk, "pack", { lines: chosen(values) }, "Packed.", close),
      chooser(free, desk.titles),
    ),
  );
}

/** Sends a parcel that is packed (`shipment_id`), or pieces at once (`lines`). */
export function ship(desk, { shipment_id: parcel, lines = [] }) {
  const act = async (values, close) => {
    const { carrier, number, url } = values;
    const tracking = carrier || number || url ? { carrier, number, url: url || null } : null;
    if (tracking && !(carrier && number))
      throw new Wrong({ [carrier ? "number" : "carrier"]: "Carrier and number belong together." });
    const what = parcel ? { shipment_id: parcel } : { lines: chosen(values) };
    await wish(desk, "ship", { ...what, tracking }, "Sent.", close);
  };
  return dialog("Send a parcel", (close) =>
    form(
      { submit: "Send", also: away(close) },
      (values) => act(values, close),
      parcel ? null : chooser(lines, desk.titles),
      field("Carrier", input("carrier", "", { maxlength: "500" }), { optional: true }),
      field("Tracking number", input("number", "", { maxlength: "500" }), { optional: true }),
      field("Where to follow it", input("url", "", { type: "url" }), { optional: true }),
    ),
  );
}

function cancel(desk, free) {
  const all = desk.order.lines.every((line) => line.fulfilled === 0) && desk.order.shipments.length === 0;
  const act = (values, close) =>
    wish(desk, "cancel", all && values.whole ? {} : { lines: chosen(values) }, "Canceled.", close);
  return dialog("Cancel", (close) =>
    form(
      { submit: "Cancel these", tone: "bad", also: away(close, "Keep them") },
      (values) => act(values, close),
      h("p", {}, "Their stock becomes free, and what was paid for them goes back. This cannot be undone."),
      all
        ? h(
            "label",
            { class: "tick" },
            h("input", { type: "checkbox", name: "whole", checked: true }),
            h("span", {}, "The whole order, with what sending costs"),
          )
        : null,
      chooser(free, desk.titles, { start: all ? "none" : "most" }),
    ),
  );
}

function refund(desk) {
  const { order } = desk;
  const lines = order.lines.map((line) => ({ id: line.id, most: line.current })).filter(({ most }) => most > 0);
  const act = async ({ by, sum, reason, ...pieces }, close) => {
    if (by === "lines")
      return wish(desk, "refunds", { lines: chosen(pieces), reason }, "The refund is on its way.", close);
    const amount = minor(sum, order.refundable.currency);
    if (!amount) throw new Wrong({ sum: "Write it like 19.99." });
    return wish(desk, "refunds", { amount, reason }, "The refund is on its way.", close);
  };
  const choices = h(
    "div",
    { class: "refund-lines" },
    chooser(lines, desk.titles, { start: "none" }),
    h(
      "p",
      { class: "quiet" },
      "Each piece goes back at what was paid for it, its share of discounts and tax included. The sum then stands under “Money”.",
    ),
  );
  const amount = h(
    "div",
    { hidden: true },
    field(`Sum in ${order.refundable.currency}`, input("sum", decimal(order.refundable), { inputmode: "decimal" })),
  );
  const turn = ({ target }) => {
    choices.hidden = target.value !== "lines";
    amount.hidden = target.value === "lines";
  };
  return dialog("Give money back", (close) =>
    form(
      { submit: "Refund", also: away(close) },
      (values) => act(values, close),
      h("p", {}, "Up to ", h("strong", {}, money(order.refundable)), " can go back."),
      field(
        "How",
        select(
          "by",
          [
            ["lines", "The price of pieces"],
            ["sum", "A sum"],
          ],
          "lines",
          { onchange: turn },
        ),
      ),
      choices,
      amount,
      field("Why", select("reason", REASONS, "defect")),
    ),
  );
}

/** Closes a dialog without doing anything. */
export function away(close, label = "Cancel") {
  return h("button", { type: "button", class: "button button-plain button-small", onclick: () => close("") }, label);
}
