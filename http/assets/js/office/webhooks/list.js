// Where programs are told what happens in the shop.
import { get, send } from "../../kit/api.js";
import { dialog, h } from "../../kit/dom.js";
import { field, form, input, tick, Wrong } from "../../kit/form.js";
import { badge, count, table } from "../../kit/show.js";
import { done, head, isAdmin, only, tone } from "../frame.js";
import { away } from "../orders/acts.js";
import { secretShown } from "./secret.js";

const EVENTS = [
  "order.placed",
  "order.paid",
  "order.payment_failed",
  "order.shipped",
  "order.delivered",
  "order.refunded",
  "order.canceled",
  "product.published",
  "product.updated",
  "product.archived",
  "stock.sold_out",
  "stock.available",
];

/** The list of endpoints. */
export async function show({ main }) {
  if (!(await isAdmin())) {
    main.append(...head("Webhooks"), only("Webhooks belong to administrators."));
    return "Webhooks";
  }
  const { items } = await get("/admin/v1/webhook-endpoints");
  const columns = [
    {
      title: "Address",
      cell: ({ id, url }) => h("a", { href: `/office/webhooks/${id}`, class: "strong breaks" }, url),
    },
    { title: "Told", cell: ({ events }) => events.map((event) => h("div", { class: "nowrap" }, event)) },
    { title: "Waiting", align: "right", cell: ({ pending }) => count(pending) },
    {
      title: "State",
      cell: ({ enabled }) => badge(enabled ? "enabled" : "disabled", tone(enabled ? "enabled" : "disabled")),
    },
  ];
  const add = h("button", { type: "button", class: "button button-small", onclick: make }, "New endpoint");
  main.append(
    ...head("Webhooks", { acts: [add] }),
    table("Endpoints", columns, items, { empty: "Nobody is told anything yet." }),
  );
  return "Webhooks";
}

function make() {
  return dialog("New endpoint", (close) =>
    form(
      { submit: "Make it", also: away(close) },
      async (values, _whole, key) => {
        const events = EVENTS.filter((event) => values[`event-${event}`] === "on");
        if (events.length === 0) throw new Wrong({ events: "Choose at least one event." });
        const made = await send("POST", "/admin/v1/webhook-endpoints", { url: values.url, events }, { key });
        close("yes");
        await secretShown(made.secret);
        done("The endpoint is there.");
      },
      field("Address", input("url", "", { type: "url", required: true, maxlength: "2000" })),
      h(
        "fieldset",
        { class: "field" },
        h("legend", {}, "What it is told"),
        EVENTS.map((event) => tick(`event-${event}`, event, true)),
      ),
    ),
  );
}
