// Messages of payment providers about payments that this shop does not have.
import { get } from "../../kit/api.js";
import { h } from "../../kit/dom.js";
import { table } from "../../kit/show.js";
import { entity, exact, head, keep } from "../parts.js";
import { workTabs } from "./pages.js";

const EVERY_MS = 10_000;

export async function strays({ main, signal }) {
  const list = h("div", {});
  main.append(
    head("Stray webhooks"),
    workTabs(),
    h(
      "p",
      { class: "quiet" },
      "Messages of payment providers about payments that this shop does not have. A few are " +
        "normal after tests with the same account; many mean that another shop's messages " +
        "come here.",
    ),
    list,
  );
  const columns = [
    { title: "When", cell: ({ at }) => exact(at) },
    { title: "Provider", cell: ({ provider }) => provider },
    { title: "About", cell: ({ kind }) => kind },
    { title: "Payment", cell: ({ payment_id: id }) => (id ? entity(id) : "–") },
    { title: "The provider's id", cell: ({ event }) => h("code", {}, event) },
  ];
  const draw = ({ items }) =>
    list.replaceChildren(table("Stray webhooks", columns, items, { empty: "There were none." }));
  await keep(EVERY_MS, () => get("/ops/v1/webhooks/strays"), draw, { main, signal });
  return "Stray webhooks";
}
