// An order: what was bought, who gets it, its money, its parcels, and what can be done about it.
import { get } from "../../kit/api.js";
import { h } from "../../kit/dom.js";
import { badge, moment, money, placeLines, table, words } from "../../kit/show.js";
import { done, head, part, tone } from "../frame.js";
import { acts } from "./acts.js";
import { moneyPart } from "./money.js";
import { notes } from "./notes.js";
import { parcels } from "./parcels.js";
import { returns } from "./returns.js";

const LOOK_AGAIN_MS = 1500;

/** The page of an order. */
export async function show({ params, main, signal }) {
  const { data: order, etag } = await get(`/admin/v1/orders/${encodeURIComponent(params.id)}`, { whole: true });
  const desk = { order, etag, titles: new Map(order.lines.map((line) => [line.id, titled(line)])) };
  const states = [order.status, order.payment_status, order.fulfillment_status];
  main.append(
    ...head(order.number, {
      back: ["/office/orders", "Orders"],
      state: h(
        "span",
        { class: "badges" },
        states.map((state) => badge(state, tone(state))),
      ),
      acts: acts(desk),
    }),
    h(
      "div",
      { class: "panes" },
      h("div", {}, lines(order), parcels(desk), returns(desk), moneyPart(desk)),
      h("div", {}, contact(order), notes(desk), timeline(order)),
    ),
  );
  follow(order, signal);
  return order.number;
}

/** What is under way is looked at again, unless somebody is about to do something here. */
async function follow({ id, version, adjustments, returns: back }, signal) {
  const moving =
    adjustments.some(({ status }) => status === "pending") || back.some(({ state }) => state === "received");
  for (let tries = 0; moving && tries < 20; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    if (signal.aborted) return;
    const now = await get(`/admin/v1/orders/${id}`, { signal }).catch(() => null);
    const busy = document.querySelector("dialog") || document.querySelector(".view textarea")?.value;
    if (!signal.aborted && !busy && now && now.version !== version) return done();
  }
}

function titled({ title, options }) {
  const said = Object.values(options).join(", ");
  return said ? `${title} (${said})` : title;
}

function lines(order) {
  const sum = (term, value, kind) => h("div", { class: kind }, h("dt", {}, term), h("dd", {}, value));
  const { subtotal, discount, shipping, tax, total } = order.totals;
  const columns = [
    { title: "What", cell: (line) => what(line) },
    { title: "Price", align: "right", cell: (line) => money(line.unit_price) },
    { title: "Pieces", align: "right", cell: pieces },
    { title: "Total", align: "right", cell: (line) => money(line.line_total) },
  ];
  return part(
    "What was bought",
    {},
    table("Lines", columns, order.lines),
    h(
      "dl",
      { class: "sums desk-sums" },
      sum("Goods", money(subtotal)),
      discount.amount === 0 ? null : sum("Discount", money(discount)),
      sum("Sending", money(shipping)),
      sum("Total when placed", h("strong", {}, money(total))),
      sum("Tax in it", money(tax), "quiet"),
      order.coupons.length > 0 ? sum("Codes", order.coupons.map(({ code }) => code).join(", "), "quiet") : null,
    ),
  );
}

function what(line) {
  const said = Object.entries(line.options).map(([name, value]) => `${name}: ${value}`);
  return h(
    "div",
    { class: "line-what" },
    line.image ? h("img", { src: line.image, alt: "", width: "40", height: "40" }) : null,
    h(
      "div",
      {},
      h("a", { href: `/office/products/${line.product_id}` }, line.title),
      said.length > 0 ? h("div", { class: "quiet" }, said.join(", ")) : null,
    ),
  );
}

/** How far the pieces of a line are, in few words. */
function pieces({ ordered, current, fulfilled, delivered, returned }) {
  const notes = [
    [ordered - current, "canceled"],
    [fulfilled - delivered, "on the way"],
    [delivered, "delivered"],
    [returned, "returned"],
  ].filter(([count]) => count > 0);
  return h(
    "div",
    {},
    String(ordered),
    notes.map(([count, name]) => h("div", { class: "quiet nowrap" }, `${count} ${name}`)),
  );
}

function contact({ contact: who }) {
  if (!who)
    return part("Who gets it", {}, h("p", { class: "quiet" }, "Nothing is known any more: the person was erased."));
  const lines = [who.name, ...placeLines(who)];
  return part(
    "Who gets it",
    {},
    h(
      "address",
      { class: "address" },
      lines.map((line) => h("div", {}, line)),
    ),
    h("p", { class: "breaks" }, h("a", { href: `/office/people?email=${encodeURIComponent(who.email)}` }, who.email)),
  );
}

function timeline({ timeline: moments }) {
  const items = [...moments]
    .reverse()
    .map(({ at, event }) => h("li", {}, h("span", {}, words(event)), h("span", { class: "quiet" }, moment(at))));
  return part("History", {}, h("ol", { class: "timeline" }, items));
}
