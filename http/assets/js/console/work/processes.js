// The checkouts that run, those that need a person first.
import { get } from "../../kit/api.js";
import { h } from "../../kit/dom.js";
import { badge, count, table, words } from "../../kit/show.js";
import { entity, exact, head, keep, span } from "../parts.js";
import { workTabs } from "./pages.js";

const EVERY_MS = 3000;

export async function processes({ main, signal }) {
  const about = h("p", { class: "quiet" });
  const list = h("div", {});
  main.append(head("Checkouts that run"), workTabs(), about, list);
  const draw = ({ items, total, stuck }) => {
    const shown = items.length < total ? ` The first ${items.length} are shown.` : "";
    const what = "with a dead letter, or with nothing happening for 21 minutes";
    about.textContent = `${count(total)} run, ${count(stuck)} stuck: ${what}.${shown}`;
    list.replaceChildren(drawn(items));
  };
  // Told again now and then although nothing has changed: for how long nothing has is what one wants to know.
  const load = async () => ({ ...(await get("/ops/v1/processes?limit=100")), at: Math.floor(Date.now() / 10_000) });
  await keep(EVERY_MS, load, draw, { main, signal });
  return "Processes";
}

function drawn(items) {
  return table(
    "Checkouts that run",
    [
      { title: "", cell: ({ stuck }) => badge(stuck ? "stuck" : "moving", stuck ? "bad" : "good") },
      {
        title: "Phase",
        cell: ({ phase, attempt }) =>
          h("span", {}, h("b", {}, words(phase)), attempt > 1 ? ` (attempt ${attempt})` : ""),
      },
      { title: "Waits for", cell: ({ waits_for: what }) => what },
      { title: "Still for", align: "right", cell: ({ since }) => span(Date.now() - new Date(since)) },
      { title: "Began", cell: ({ started_at: at }) => exact(at) },
      {
        title: "Look at",
        cell: ({ cart_id: cart, order_id: order, payment_id: payment }) =>
          h(
            "ul",
            { class: "links" },
            [cart.replace("cart_", "checkout_"), order, payment].map((id) => h("li", {}, entity(id))),
          ),
      },
      {
        title: "Dead letters",
        cell: ({ dead_effects: dead }) =>
          dead.length > 0
            ? h("a", { href: "/console/trouble/dead-letters" }, `${dead.length}: ${dead[0].reason ?? ""}`)
            : "–",
      },
    ],
    items,
    { empty: "No checkout runs now. Each one that a shopper begins is here until it is paid or given up." },
  );
}
