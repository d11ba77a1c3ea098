// The lists that follow the journal: how far each is, and building one anew.
import { get } from "../../kit/api.js";
import { h } from "../../kit/dom.js";
import { badge, count, table } from "../../kit/show.js";
import { act, button, head, keep, span } from "../parts.js";
import { workTabs } from "./pages.js";

const EVERY_MS = 2000;

export async function projections({ main, signal }) {
  const list = h("div", {});
  main.append(
    head("Projections"),
    workTabs(),
    h(
      "p",
      { class: "quiet" },
      "Lists, such as the catalogue and the orders, follow the journal. Orders and payments do not wait for them.",
    ),
    list,
  );
  const again = await keep(
    EVERY_MS,
    () => get("/ops/v1/projections"),
    (data) => list.replaceChildren(drawn(data.projections, () => again())),
    { main, signal },
  );
  return "Projections";
}

function drawn(items, again) {
  return table(
    "Projections",
    [
      { title: "List", cell: ({ name }) => h("b", {}, name) },
      { title: "State", cell: state },
      { title: "Behind", align: "right", cell: ({ behind }) => `${count(behind)} events` },
      {
        title: "Oldest waits",
        align: "right",
        cell: ({ oldest_unprojected_age_ms: age }) => (age > 0 ? span(age) : "–"),
      },
      { title: "Generation", align: "right", cell: ({ generation, version }) => `${generation} (version ${version})` },
      { title: "Fails", cell: ({ failing }) => failures(failing) },
      { title: "", cell: ({ name, rebuilding }) => (rebuilding ? progress(name, rebuilding) : rebuild(name, again)) },
    ],
    items,
  );
}

function state({ failing, rebuilding, oldest_unprojected_age_ms: age }) {
  if (failing.length > 0) return badge("fails", "bad");
  if (rebuilding) return badge("is rebuilt", "calm");
  return age > 60_000 ? badge("lags", "bad") : badge("follows", "good");
}

function failures(failing) {
  if (failing.length === 0) return "–";
  return h(
    "ul",
    {},
    failing.map(({ shard, error, times, next_try_in_ms: next }) =>
      h("li", {}, `Shard ${shard}, ${times} times: `, h("code", {}, error), ` again in ${span(next)}`),
    ),
  );
}

function progress(name, { generation, passed, events, failing }) {
  const id = `rebuild-${name}`;
  return h(
    "span",
    {},
    h("label", { for: id }, `Generation ${generation}: `),
    h("progress", { id, max: Math.max(1, events), value: passed }),
    ` ${count(passed)} of ${count(events)}`,
    failures(failing) === "–" ? null : failures(failing),
  );
}

function rebuild(name, again) {
  const todo = async () => {
    const ask = {
      title: `Rebuild ${name}?`,
      text:
        "It is built anew from the journal, beside the one that serves. Readers change over " +
        "when it has caught up. This reads the whole journal.",
      action: `Rebuild ${name}`,
    };
    if (
      await act("POST", `/ops/v1/projections/${encodeURIComponent(name)}/rebuild`, { said: `${name} is rebuilt.`, ask })
    )
      again();
  };
  const press = button("Rebuild", todo, { key: `rebuild-${name}` });
  press.setAttribute("aria-label", `Rebuild ${name}`);
  return press;
}
