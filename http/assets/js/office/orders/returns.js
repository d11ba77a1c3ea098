// What comes back: asked for, agreed to, received.
import { dialog, h } from "../../kit/dom.js";
import { acting, form, input, select } from "../../kit/form.js";
import { badge, moment, words } from "../../kit/show.js";
import { part, tone } from "../frame.js";
import { away, wish } from "./acts.js";
import { listed } from "./pieces.js";

/** The part with all returns; nothing when there are none. */
export function returns(desk) {
  const all = desk.order.returns;
  if (all.length === 0) return null;
  return part(
    "Returns",
    {},
    h(
      "ol",
      { class: "cards" },
      all.map((one) => h("li", { class: "card-row" }, card(desk, one))),
    ),
  );
}

function card(desk, one) {
  const { id, state, reason, lines, received } = one;
  return [
    h(
      "div",
      {},
      h("h3", {}, `${words(reason)} `, badge(state, tone(state))),
      listed(lines, desk.titles),
      received.length > 0 ? h("p", { class: "quiet" }, arrived(received)) : null,
      h("p", { class: "quiet" }, "Asked for ", moment(one.requested_at)),
    ),
    h(
      "div",
      { class: "view-act" },
      state === "requested"
        ? acting("Approve", () => wish(desk, `returns/${id}/approve`, {}, "Approved: the goods may come."), {
            tone: "",
          })
        : null,
      state === "requested" ? acting("Reject", () => wish(desk, `returns/${id}/reject`, {}, "Rejected.")) : null,
      state === "approved"
        ? h(
            "button",
            { type: "button", class: "button button-small", onclick: () => receive(desk, one) },
            "They have arrived",
          )
        : null,
    ),
  ];
}

function arrived(received) {
  const count = (wanted) =>
    received.filter(({ resellable }) => resellable === wanted).reduce((sum, { quantity }) => sum + quantity, 0);
  return `${count(true)} back on the shelf, ${count(false)} scrapped`;
}

function receive(desk, { id, lines }) {
  const row = ({ line_id: line, quantity }) =>
    h(
      "div",
      { class: "piece" },
      h("span", {}, desk.titles.get(line)),
      input(`back-${line}`, quantity, {
        type: "number",
        min: "0",
        max: String(quantity),
        "aria-label": `How many of ${desk.titles.get(line)} arrived`,
      }),
      select(
        `state-${line}`,
        [
          ["shelf", "Can be sold again"],
          ["scrap", "Cannot be sold"],
        ],
        "shelf",
        { "aria-label": `What becomes of ${desk.titles.get(line)}` },
      ),
    );
  const act = (values, close) => {
    const arrived = lines
      .map(({ line_id: line }) => ({
        line_id: line,
        quantity: Number(values[`back-${line}`]),
        resellable: values[`state-${line}`] === "shelf",
      }))
      .filter(({ quantity }) => quantity > 0);
    return wish(desk, `returns/${id}/receive`, { lines: arrived }, "Received; the money goes back.", close);
  };
  return dialog("What arrived", (close) =>
    form(
      { submit: "Receive", also: away(close) },
      (values) => act(values, close),
      h("p", {}, "What can be sold goes back to the shelf, and its price to whoever paid."),
      h("div", { class: "field pieces" }, lines.map(row)),
    ),
  );
}
