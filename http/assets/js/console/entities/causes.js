// Everything that followed from one request, across entities, in the order in which it was decided.
import { get } from "../../kit/api.js";
import { h } from "../../kit/dom.js";
import { table, words } from "../../kit/show.js";
import { button, entity, exact, head, span } from "../parts.js";

export async function causes({ params, main }) {
  const path = `/ops/v1/causes/${encodeURIComponent(params.correlation)}?limit=100`;
  const items = [];
  const list = h("div", {});
  const more = h("div", {});
  const about = h("p", { class: "quiet" });
  const load = async (after) => {
    const page = await get(after ? `${path}&after=${encodeURIComponent(after)}` : path);
    items.push(...page.items);
    const took = new Date(items.at(-1).at) - new Date(items[0].at);
    const moved = new Set(items.map((one) => one.entity)).size;
    about.textContent = `${items.length} events of ${moved} entities within ${span(took)}.`;
    list.replaceChildren(drawn(items));
    more.replaceChildren(...(page.next_after ? [button("More", () => load(page.next_after), { key: "more" })] : []));
  };
  await load(null);
  main.append(
    head("What followed"),
    h("p", { class: "entity-id" }, "First cause ", h("code", {}, params.correlation)),
    about,
    list,
    more,
  );
  return "What followed";
}

function drawn(items) {
  const start = new Date(items[0].at);
  return table(
    "Events",
    [
      { title: "After", align: "right", cell: ({ at }) => span(new Date(at) - start) },
      { title: "When", cell: ({ at }) => exact(at, { fine: true }) },
      { title: "Event", cell: ({ type }) => h("b", {}, words(type)) },
      { title: "Of", cell: (one) => entity(one.entity, one.seq) },
      {
        title: "Follows from",
        cell: ({ caused_by: by }) => (by ? entity(by.entity, by.seq) : "the first request, or a reminder"),
      },
    ],
    items,
  );
}
