// What waits for delivery, by kind of sender.
import { get } from "../../kit/api.js";
import { h } from "../../kit/dom.js";
import { count, table } from "../../kit/show.js";
import { head, keep, span } from "../parts.js";
import { troubleTabs } from "./pages.js";

const EVERY_MS = 2000;

export async function outbox({ main, signal }) {
  const list = h("div", {});
  const part = h(
    "p",
    { class: "notice", hidden: true },
    "More waits in the journal than the dispatcher holds in memory: these are not all.",
  );
  main.append(
    head("Outbox"),
    troubleTabs(),
    h(
      "p",
      { class: "quiet" },
      "What entities have decided to send to others, to providers and to people. Each is " +
        "delivered at least once and applied once.",
    ),
    part,
    list,
  );
  const columns = [
    { title: "Sender", cell: ({ name }) => h("b", {}, name) },
    { title: "Waiting", align: "right", cell: ({ waiting }) => count(waiting) },
    { title: "Under way", align: "right", cell: (one) => count(one.in_flight) },
    {
      title: "Dead",
      align: "right",
      cell: ({ dead }) => (dead > 0 ? h("a", { href: "/console/trouble/dead-letters" }, count(dead)) : "0"),
    },
    { title: "Held back by those", align: "right", cell: (one) => count(one.behind_dead) },
    { title: "Oldest", align: "right", cell: (one) => span(one.oldest_age_ms) },
  ];
  const draw = ({ senders, complete }) => {
    part.hidden = complete;
    const rows = Object.entries(senders).map(([name, stats]) => ({ name, ...stats }));
    list.replaceChildren(table("Outbox", columns, rows, { empty: "Everything is delivered." }));
  };
  await keep(EVERY_MS, () => get("/ops/v1/outbox"), draw, { main, signal });
  return "Outbox";
}
