// What a shopper does with an order: cancel, send back, pay what is owed; and how its parcels and refunds are.
import { get, send } from "./kit/api.js";
import { confirmed, dialog, h, toast } from "./kit/dom.js";
import { field, form, input, select } from "./kit/form.js";
import { badge, facts, moment, money, words } from "./kit/show.js";
import { excuse, failure } from "./kit/view.js";

const REASONS = [
  ["unwanted", "I do not want it after all"],
  ["damaged", "It is damaged"],
  ["wrong", "It is not what I ordered"],
  ["other", "Something else"],
];
const place = document.querySelector("[data-order-acts]");
const path = `/v1/orders/${place.dataset.orderActs}`;

export function start() {
  document.addEventListener("order-moved", refresh);
  refresh();
}

async function refresh() {
  try {
    show(await get(path));
  } catch (error) {
    place.replaceChildren(failure(error));
  }
}

function show(order) {
  const acts = [];
  const act = (label, run) =>
    acts.push(h("button", { type: "button", class: "button button-small button-plain", onclick: run }, label));
  const binding = ["placed", "completed"].includes(order.status);
  if (binding && order.owed.amount > 0) act(`Pay ${money(order.owed)}`, () => pay());
  if (order.status === "placed" && order.shipments.length === 0) act("Cancel the order", () => cancel());
  const arrived = order.lines.map((line) => ({ ...line, returnable: returnable(line, order.returns) }));
  const back = arrived.filter((line) => line.returnable > 0);
  if (back.length > 0) act("Send something back", () => giveBack(back));
  place.replaceChildren(
    ...part("Parcels", order.shipments.map(parcel)),
    ...part("Going back", order.returns.map((one) => returned(one, order.lines))),
    order.refunded.amount > 0 ? facts([["Paid back", money(order.refunded)]]) : "",
    acts.length > 0 ? h("div", { class: "leave order-acts" }, acts) : "",
  );
}

/** Pieces of a line that arrived and are neither back nor on their way back. */
function returnable({ id, delivered, returned: gone }, returns) {
  const coming = returns.filter(isOpen).flatMap(({ lines }) => lines.filter(({ line_id: line }) => line === id));
  return coming.reduce((left, { quantity }) => left - quantity, delivered - gone);
}

function isOpen({ state }) {
  return ["requested", "approved"].includes(state);
}

function part(title, items) {
  return items.length === 0 ? [] : [h("h3", {}, title), h("ul", { class: "order-parts" }, items)];
}

function parcel({ state, tracking, shipped_at: sent, delivered_at: arrived }) {
  const number = tracking && `${tracking.carrier} ${tracking.number}`;
  const follow = tracking?.url ? h("a", { href: tracking.url, rel: "noreferrer" }, number) : number;
  const when = arrived || sent ? h("span", { class: "quiet" }, moment(arrived ?? sent)) : null;
  return h("li", {}, badge(state), " ", follow, " ", when);
}

function returned(back, bought) {
  const { id, state, reason, lines } = back;
  const title = (line) => bought.find(({ id: known }) => known === line.line_id)?.title ?? "Something";
  const giveUp = () => run(() => send("POST", `${path}/returns/${id}/cancel`, {}), "You keep it.");
  const stop = h("button", { type: "button", class: "link", onclick: giveUp }, "Keep it after all");
  const what = lines.map((line) => `${line.quantity} × ${title(line)}`).join(", ");
  const why = h("span", { class: "quiet" }, words(reason));
  const tone = { refunded: "good", rejected: "bad" }[state] ?? "calm";
  return h("li", {}, badge(state, tone), " ", why, h("div", {}, what), isOpen(back) ? h("div", {}, stop) : null);
}

async function run(act, done) {
  try {
    await act();
    toast(done);
  } catch (error) {
    excuse(error);
  }
  await refresh();
}

async function cancel() {
  const text = "Nothing is sent, and what was paid goes back to you.";
  const sure = await confirmed("Cancel this order?", text, "Cancel it");
  if (sure) await run(() => send("POST", `${path}/cancel`, {}), "Your order is canceled.");
}

function giveBack(arrived) {
  const pieces = ({ id, title, returnable: most }) =>
    field(title, input(`line ${id}`, "0", { type: "number", min: "0", max: String(most) }), {
      hint: `${most} can go back.`,
    });
  return dialog("What goes back?", (close) =>
    form(
      { submit: "Ask to send it back" },
      async (values, _whole, key) => {
        const chosen = arrived.map(({ id }) => ({ line_id: id, quantity: Number(values[`line ${id}`]) }));
        const lines = chosen.filter(({ quantity }) => quantity > 0);
        await send("POST", `${path}/returns`, { lines, reason: values.reason }, { key });
        close("yes");
        toast("We look at it and tell you where to send it.");
        await refresh();
      },
      arrived.map(pieces),
      field("Why", select("reason", REASONS)),
    ),
  );
}

function pay() {
  const known = document.querySelector("template[data-cards]").content.children;
  const cards = [...known].map(({ value, textContent }) => [value, textContent]);
  return dialog("Pay what is owed", (close) =>
    form(
      { submit: "Pay" },
      async ({ token }, _whole, key) => {
        const answer = await send("POST", `${path}/payments`, { provider: "sandbox", token }, { key });
        if (answer.action_url) location.assign(answer.action_url);
        else close("yes");
        await refresh();
      },
      field("Card", select("token", cards)),
    ),
  );
}
