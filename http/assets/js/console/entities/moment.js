// One event: what it changed, where it came from, and which command it followed from.
import { h } from "../../kit/dom.js";
import { facts } from "../../kit/show.js";
import { cause, entity, exact, json } from "../parts.js";
import { changes } from "./changes.js";
import { whatIf } from "./what-if.js";

/** What to show of an event; before the first there is only the state. */
export function moment(source, { id, event, change, signal }) {
  if (!event) return [];
  const origin = h("dd", {}, "…");
  const asked = h("dd", {}, "…");
  const list = facts([
    ["When", exact(event.at, { fine: true })],
    ["Command", h("code", {}, event.command_id)],
    ["First cause", cause(event.correlation)],
  ]);
  list.append(h("div", {}, h("dt", {}, "Follows from"), origin), h("div", {}, h("dt", {}, "In the name of"), asked));
  const family = h("div", { class: "family" });
  const tell = ({ context }) => asked.replaceChildren(principal(context.principal));
  const given = whatIf(source, {
    command: event.command_id,
    tell,
    lost: () => asked.replaceChildren("not kept any more"),
    signal,
  });
  related(source, event, id, { origin, family, signal });
  return [
    h("section", { class: "part" }, h("h2", {}, "What changed"), changes(change)),
    h(
      "section",
      { class: "part" },
      h("h2", {}, "Where it comes from"),
      list,
      h("details", {}, h("summary", { "data-key": "payload" }, "The event as it is stored"), json(event.payload)),
      given,
      family,
    ),
  ];
}

/** Who asked: the shop itself, a guest, or a person. */
function principal(who) {
  if (who === "system") return "the shop itself";
  if (who === "guest") return "a guest";
  const user = who?.user;
  if (!user) return h("code", {}, JSON.stringify(who));
  return entity(`user_${String(user).replaceAll("-", "")}`);
}

/** What else goes back to the same first cause, and which event this one follows from. */
async function related(source, event, id, { origin, family, signal }) {
  const found = await source.causes(event.correlation).catch(() => null);
  if (signal.aborted) return;
  if (!found) return origin.replaceChildren("not known now");
  const own = found.items.find((one) => one.entity === id && one.seq === event.seq);
  if (!own) source.forget(event.correlation);
  const by = own?.caused_by;
  origin.replaceChildren(by ? entity(by.entity, by.seq) : own ? "the first request, or a reminder" : "not known now");
  const others = new Set(found.items.map((one) => one.entity));
  others.delete(id);
  if (others.size === 0) return;
  const more = found.next_after ? " and more" : "";
  family.replaceChildren(
    h("h3", {}, `The same cause moved ${others.size} other ${others.size === 1 ? "entity" : "entities"}${more}`),
    h(
      "ul",
      { class: "links" },
      [...others].map((other) => h("li", {}, entity(other))),
    ),
    h(
      "p",
      {},
      h("a", { href: `/console/entities/causes/${event.correlation}` }, "Everything that followed from it, in order"),
    ),
  );
}
